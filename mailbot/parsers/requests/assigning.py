"""Which count or plan belongs to which product of a sentence."""

import itertools
import re
from collections.abc import Sequence
from typing import TypeVar

from mailbot.parsers.requests.draft import Draft
from mailbot.parsers.requests.quantities import QuantityMention
from mailbot.parsers.scan import Scan, Span

_M = TypeVar("_M", QuantityMention, Span)
_STRONG = re.compile(r"[;；\n]|\s[•·]\s")
_WEAK = re.compile(r"(?<!\d)[,，、/+](?!\s?\d)|[,，、/+](?=\s)|、|，")
_BESIDE = re.compile(r"[\s(（,-]{0,3}(?:cloud[\s(（,-]{0,3})?")


def assign(
    scan: Scan,
    bounds: tuple[int, int],
    anchors: Sequence[tuple[int, int]],
    drafts: Sequence[Draft],
    mentions: Sequence[_M],
    *,
    own: bool = False,
) -> list[tuple[Draft, _M]]:
    """Pair products with counts or plans; one said once holds for all that it is joined to.

    `anchors` are where the products stand between `bounds`. A list is cut into items at its commas and "and"s, and
    what stands in an item belongs to its product. `own`: each product has words of its own, so that what stands
    directly beside one ("Confluence Premium") is not shared.
    """
    if not mentions:
        return []
    if len(drafts) == 1:
        return [(drafts[0], m) for m in mentions]
    if len(mentions) == 1:
        beside = [d for d, a in zip(drafts, anchors, strict=True) if own and is_beside(scan, a, mentions[0])]
        return [(d, mentions[0]) for d in beside or _sharing(scan, anchors, drafts, mentions[0])]
    leading: bool = mentions[0].start < anchors[0][0]
    walls = [bounds[0], *_walls(scan, anchors, leading), bounds[1]]
    items = [[m for m in mentions if a <= m.start < b] for a, b in itertools.pairwise(walls)]
    if any(len(item) != 1 for item in items) and len(mentions) == len(drafts):
        return list(zip(drafts, mentions, strict=True))
    if not own:
        items = _shared(items, leading)
    return [(draft, m) for draft, item in zip(drafts, items, strict=True) for m in item]


def countable(scan: Scan, bounds: tuple[int, int], anchors: Sequence[tuple[int, int]]) -> Sequence[int]:
    """Return which products a count may be for: "Jira as it is and Guard for 100" counts Guard alone."""
    same = scan.within(*bounds, "cues.unchanged")
    free = [i for i, (_, end) in enumerate(anchors) if not any(0 <= s.start - end <= 3 for s in same)]
    return free or range(len(anchors))


def _walls(scan: Scan, anchors: Sequence[tuple[int, int]], leading: bool) -> list[int]:
    """Return where one item of a list ends and the next begins, for each two neighbours."""
    walls: list[int] = []
    for (_, start), (end, _) in itertools.pairwise(anchors):
        strong = [m.end() for m in _STRONG.finditer(scan.folded, start, max(start, end))]
        weak = [m.end() for m in _WEAK.finditer(scan.folded, start, max(start, end))]
        weak = sorted({*weak, *(h.end for h in scan.within(start, end, "cues.and"))})
        found = strong or weak or [start if leading else end]
        walls.append(found[0] if leading and not strong else found[-1])
    return walls


def _shared(items: Sequence[list[_M]], leading: bool) -> list[list[_M]]:
    """Give an item without a mention its neighbour's: the next one's, or where mentions lead the one before."""
    order = list(items) if leading else list(reversed(items))
    out: list[list[_M]] = []
    for item in order:
        out.append(item or (out[-1][-1:] if leading and out else out[-1][:1] if out else []))
    return out if leading else list(reversed(out))


def is_beside(scan: Scan, anchor: tuple[int, int], mention: QuantityMention | Span) -> bool:
    """Whether a count or plan stands directly beside a product."""
    gap = scan.folded[anchor[1] : mention.start] if mention.start >= anchor[1] else None
    if gap is not None:
        return bool(_BESIDE.fullmatch(gap))
    return not scan.folded[mention.end : anchor[0]].strip()


def _sharing(
    scan: Scan, anchors: Sequence[tuple[int, int]], drafts: Sequence[Draft], mention: QuantityMention | Span
) -> list[Draft]:
    """Return the drafts that one count holds for: all when it stands before or after them, else those before it.

    One that stands beside a product goes no further than a line or a semicolon ("600 x Jira" / "Statuspage: ..").
    """
    before = [d for d, (start, _) in zip(drafts, anchors, strict=True) if start < mention.start]
    if before and len(before) < len(drafts):
        return before
    leads = mention.start < anchors[0][0]  # "20 more users of Statuspage; Trello: .."
    near = 0 if leads and _STRONG.search(scan.folded, anchors[0][1], anchors[1][0]) else None
    near = next((i for i, a in enumerate(anchors) if is_beside(scan, a, mention)), near)
    if near is None:
        return list(drafts)
    first = last = near
    while last + 1 < len(anchors) and not _STRONG.search(scan.folded, anchors[last][1], anchors[last + 1][0]):
        last += 1
    while first > 0 and not _STRONG.search(scan.folded, anchors[first - 1][1], anchors[first][0]):
        first -= 1
    return list(drafts[first : last + 1])
