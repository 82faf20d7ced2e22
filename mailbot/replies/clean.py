"""Makes what others wrote harmless as text: no control characters, no line breaks, no endless names."""

import re
import unicodedata

NAME_LIMIT = 120
SUBJECT_LIMIT = 160
FILE_NAME_LIMIT = 60

_SPACE = re.compile(r"\s+")
_LINE = re.compile(r"\r\n?|[\n\v\f\x1c-\x1e\x85\u2028\u2029]")


def one_line(text: str, limit: int = NAME_LIMIT) -> str:
    """Return the text on one line, without control, format and unassigned characters, at most `limit` long."""
    kept = text if text.isascii() and text.isprintable() else "".join(map(_kept, text))
    return _shortened(_SPACE.sub(" ", kept).strip(), limit)


def file_name(name: str) -> str:
    """Return the name of a file without folders, on one line, shortened in the middle so that its ending is kept."""
    bare = one_line(re.split(r"[/\\]", name)[-1], 10 * FILE_NAME_LIMIT).strip(". ")
    if len(bare) <= FILE_NAME_LIMIT:
        return bare
    return f"{bare[: FILE_NAME_LIMIT - 13].rstrip()}…{bare[-12:].lstrip()}"


def some_lines(text: str, most: int = 6, limit: int = NAME_LIMIT) -> tuple[str, ...]:
    """Return the text's first lines that say something, each cleaned."""
    lines = (one_line(line, limit) for line in _LINE.split(text))
    return tuple(line for line in lines if line)[:most]


def _kept(character: str) -> str:
    if character.isspace():
        return " "
    # Cf: bidi overrides and zero-width characters make a name look like another; the joiners go with them.
    return "" if unicodedata.category(character)[0] == "C" else character


def _shortened(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
