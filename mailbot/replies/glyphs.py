"""Which characters the document's fonts can draw."""

import unicodedata
from bisect import bisect_right
from functools import cache

from mailbot.domain.errors import SetupError
from mailbot.resources import Resources


def missing_glyphs(text: str, files: Resources) -> set[str]:
    """Return the characters of the text that the shipped fonts lack; a quote that has any must not go out."""
    first, last = _coverage(files)
    return {c for c in set(text) if not _covered(ord(c), first, last) and c not in "\n\r\t"}


def without_pictographs(text: str, files: Resources) -> str:
    """Return the text without symbols that the fonts lack (emoji): they decorate a name and are no part of it."""
    gone = {c for c in missing_glyphs(text, files) if unicodedata.category(c) in ("So", "Sk", "Mn", "Me", "Cn")}
    return "".join(c for c in text if c not in gone).strip() if gone else text


def _covered(point: int, first: list[int], last: list[int]) -> bool:
    return point <= last[bisect_right(first, point) - 1] if point >= first[0] else False


@cache
def _coverage(files: Resources) -> tuple[list[int], list[int]]:
    """Return the first and last points of the ranges `0020-007E`, one a line, ascending."""
    path = files.find("templates/fonts/coverage.txt")
    try:
        ranges = [line.split("-") for line in path.read_text(encoding="ascii").split()]
        return [int(first, 16) for first, _ in ranges], [int(last, 16) for _, last in ranges]
    except ValueError as error:
        raise SetupError(f"{path}: not a list of ranges; make it anew with scripts/subset-fonts: {error}") from error
