"""Breaks plain text into lines of a terminal's width, also where no spaces are written between words."""

import re
from unicodedata import east_asian_width

WIDTH = 76
SHORTEST_LAST = 6  # columns of the last line of a paragraph in wide characters

# A unit that stays together: one wide character with the punctuation that may not be parted from it, or a run of
# narrow ones. JIS X 4051: no line begins with closing marks or ends with opening ones.
_OPENING = "「『（〔［｛〈《【“‘(["
_CLOSING = "、。，．・：；？！」』）〕］｝〉》】”’ー々…々ぁぃぅぇぉっゃゅょァィゥェォッャュョ%％),.;:!?]"
_WIDE = "\u2e80-\ua4cf\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_WIDE_CHARACTER = re.compile(f"[{_WIDE}]")
_UNIT = re.compile(rf"[{re.escape(_OPENING)}]*(?:[{_WIDE}]|[^ {_WIDE}]+?(?=[ {_WIDE}]|$))[{re.escape(_CLOSING)}]*| +")


def wrapped(text: str, first: str = "", rest: str | None = None, width: int = WIDTH) -> str:
    """Return the text broken into lines of at most `width` columns, the first and the others each behind a prefix.

    Line breaks in the text stay. A word longer than a line (an address) is left whole, and so is what no-break spaces
    hold together.
    """
    hanging = " " * columns(first) if rest is None else rest
    lines: list[str] = []
    for paragraph in text.split("\n"):
        lines.extend(_filled(paragraph, hanging if lines else first, hanging, width))
    return "\n".join(line.rstrip() for line in lines)


def columns(text: str) -> int:
    """Return how many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(2 if east_asian_width(c) in "WF" else 1 for c in text)


def _filled(paragraph: str, first: str, rest: str, width: int) -> list[str]:
    lines: list[list[str]] = [[]]
    used, prefix = 0, first
    for unit in _UNIT.findall(paragraph):
        if used and not unit.isspace() and columns(prefix) + used + columns(unit.rstrip()) > width:
            lines.append([])
            used, prefix = 0, rest
        if unit.isspace() and not used:
            continue
        lines[-1].append(unit)
        used += columns(unit)
    _spare_the_last(lines)
    return [(rest if number else first) + "".join(line).rstrip() for number, line in enumerate(lines)]


def _spare_the_last(lines: list[list[str]]) -> None:
    """Where words are written without spaces, no single character is left alone on the last line."""
    if len(lines) < 2:
        return
    before, last = lines[-2:]
    while columns("".join(last)) < SHORTEST_LAST < len(before) and _is_wide(before[-1]) and _is_wide(last[0]):
        last.insert(0, before.pop())


def _is_wide(unit: str) -> bool:
    """Whether the unit is a character of a script without spaces, with its punctuation."""
    return _WIDE_CHARACTER.search(unit) is not None
