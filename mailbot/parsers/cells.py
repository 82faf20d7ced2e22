"""The cells of a table's row: between tabs, between bars, or set apart by blanks."""

import re
from collections.abc import Iterator

PIPED = re.compile(r"[ \t]*\|(?:[^|\n]{0,200}\|){2}")  # "| Jira | Standard | 100 |"
RULE = re.compile(r"[\s|+:=–—-]+")
COLUMNS = re.compile(r"[ 　]{2,}")


def cells_of(text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return where the cells of a line stand."""
    cells = list(piped(text, start, end) if PIPED.match(text, start, end) else tabbed(text, start, end))
    return cells if len(cells) > 1 else list(aligned(text, start, end))


def tabbed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    while position <= end:
        stop = text.find("\t", position, end)
        stop = end if stop < 0 else stop
        yield position, stop
        position = stop + 1


def piped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    bars = [m.start() for m in re.compile(r"\|").finditer(text, start, end)]
    stops = [*bars[1:], end] if text[bars[-1] + 1 : end].strip() else bars[1:]
    for before, after in zip(bars, stops, strict=False):
        piece = text[before + 1 : after]
        lead = len(piece) - len(piece.lstrip())
        yield before + 1 + (lead if piece.strip() else 0), before + 1 + len(piece.rstrip() or piece)


def aligned(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for m in COLUMNS.finditer(text, start, end):
        if m.start() > start:
            yield position, m.start()
        position = m.end()
    yield position, end
