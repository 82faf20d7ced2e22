"""Which count or plan belongs to which product of a sentence."""

from collections.abc import Sequence
from typing import TypeVar

from mailbot.parsers.requests.draft import Draft
from mailbot.parsers.requests.quantities import QuantityMention
from mailbot.parsers.scan import Span

_M = TypeVar("_M", QuantityMention, Span)


def assign(
    anchors: Sequence[tuple[int, int]],
    drafts: Sequence[Draft],
    mentions: Sequence[_M],
    folded: str,
    follows: bool = False,
) -> list[tuple[Draft, _M]]:
    """Pair products with counts or plans by their order; one said once holds for all that it is joined to."""
    if not mentions:
        return []
    if len(mentions) == len(drafts):
        return list(zip(drafts, mentions, strict=True))
    if len(drafts) == 1:
        return [(drafts[0], m) for m in mentions]
    if len(mentions) == 1:
        return [(d, mentions[0]) for d in _sharing(anchors, drafts, mentions[0].start, folded)]
    leading = mentions[0].start < anchors[0][0]
    out: list[tuple[Draft, _M]] = []
    for draft, (start, _) in zip(drafts, anchors, strict=True):
        before = [m for m in mentions if m.start < start]
        after = [m for m in mentions if m.start >= start]
        chosen = (before[-1:] if leading else after[:1]) or (after[:1] if leading and not follows else [])
        out += [(draft, m) for m in chosen]
    return out


def _sharing(anchors: Sequence[tuple[int, int]], drafts: Sequence[Draft], at: int, folded: str) -> list[Draft]:
    """Return the drafts that one count holds for: all when it stands before or after them, else those before it."""
    before = [d for d, (start, _) in zip(drafts, anchors, strict=True) if start < at]
    if len(before) in (0, len(drafts)):
        return list(drafts)
    return before
