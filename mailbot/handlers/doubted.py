"""Which fields reading left open: they are null and neither missing nor filled from the file (contract)."""

from collections.abc import Iterable

from mailbot.domain.request import Doubt


def is_doubted(doubts: Iterable[Doubt], path: str) -> bool:
    """Whether a doubt is about the field at `path` or about something that holds it (`lines[0]`, `lines`)."""
    return any(doubt.path and (path + ".").startswith((doubt.path + ".", doubt.path + "[")) for doubt in doubts)


def concerns_lines(doubts: Iterable[Doubt]) -> bool:
    """Whether a doubt is about the lines or a field of one."""
    return any(doubt.path.startswith("lines") for doubt in doubts)
