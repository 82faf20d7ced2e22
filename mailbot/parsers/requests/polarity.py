"""Whether a thing is told as what the customer has, as what is wanted, or as what is not wanted."""

import enum
import re
from collections.abc import Sequence

from mailbot.parsers.phrases import Hit
from mailbot.parsers.scan import CLAUSE_END, Scan

_TAGS = {"cues.have": "have", "cues.want": "want"}


class Polarity(enum.Enum):
    """How a mention is meant."""

    HAVE = "have"
    WANT = "want"
    NOT = "not"
    NEUTRAL = "neutral"


def polarity(scan: Scan, sentence: tuple[int, int], start: int, end: int) -> Polarity:
    """Return how the words at `start` to `end` of a sentence are meant.

    Within a clause the cue decides; where a clause has cues of both kinds, the nearest one on the side where the
    language puts its verbs; a clause without any follows its neighbour on that side.
    """
    if _rejected(scan, sentence, start, end):
        return Polarity.NOT
    cues = _cues(scan, sentence, start, end)
    if not cues:
        return Polarity.NEUTRAL
    left, right = _clause(scan, sentence, start, end)
    if any(c.tag == "cues.have" and 0 <= start - c.end <= 2 and not scan.folded[c.end : start].strip() for c in cues):
        return Polarity.HAVE  # "currently 50"
    if any(0 <= c.start - end <= 2 for c in scan.within(end, sentence[1], "cues.have_after")):
        return Polarity.HAVE  # "the 300 that they have"
    inside = [c for c in cues if left <= c.start and c.end <= right]
    if inside:
        return _decide(inside, start, end, scan.verb_final)
    before = [c for c in cues if c.start < left]
    after = [c for c in cues if c.start >= right]
    wanted = [c for c in after[:1] if c.tag == "cues.want"]  # what is had there says nothing of what stands before
    nearest = (after[:1] or before[-1:]) if scan.verb_final else (before[-1:] or wanted)
    return Polarity(_TAGS[nearest[0].tag]) if nearest else Polarity.NEUTRAL


def _cues(scan: Scan, sentence: tuple[int, int], start: int, end: int) -> list[Hit]:
    """Return the cues around a mention; a word inside a longer cue ("what was" in "what was ordered") is none."""
    around = scan.within(*sentence, *_TAGS, "cues.instead_before", "cues.instead_after", "cues.unchanged")
    whole = [
        c
        for c in around
        if not any(o.start <= c.start and c.end <= o.end and o.end - o.start > c.end - c.start for o in around)
    ]
    wants = {(c.start, c.end) for c in whole if c.tag == "cues.want"}  # "hätten" and "hatten" fold alike
    whole = [c for c in whole if c.tag != "cues.have" or (c.start, c.end) not in wants]
    begun = [(c.start, c.end) for c in whole if c.tag == "cues.want"]  # "導入した" is no word in "導入したい"
    whole = [c for c in whole if c.tag != "cues.have" or not any(c.start < a < c.end < b for a, b in begun)]
    sites = scan.within(*sentence, "labels.site")  # "add to the existing site" tells of a site that is had
    whole = [c for c in whole if c.tag != "cues.have" or not any(0 <= s.start - c.end <= 1 for s in sites)]
    whole = [c for c in whole if c.tag != "cues.have" or not any(s.start <= c.start < s.end for s in sites)]
    return [c for c in whole if c.tag in _TAGS and (c.start < start or c.start >= end)]


def _clause(scan: Scan, sentence: tuple[int, int], start: int, end: int) -> tuple[int, int]:
    first, last = scan.clause_ends.range(sentence[0], start)
    before = [m.end for m in scan.clause_ends[max(first, last - 2) : last] if m.end <= start]
    behind = (m.start for m in scan.clause_ends.starting(end, sentence[1]) if m.end <= sentence[1])
    return before[-1] if before else sentence[0], next(behind, sentence[1])


def _decide(cues: Sequence[Hit], start: int, end: int, verb_final: bool) -> Polarity:
    if len({c.tag for c in cues}) == 1:
        return Polarity(_TAGS[cues[0].tag])
    before = [c for c in cues if c.start < start]
    after = [c for c in cues if c.start >= end]
    chosen = (after[0] if after else before[-1]) if verb_final else (before[-1] if before else after[0])
    return Polarity(_TAGS[chosen.tag])


def _put_off(scan: Scan, sentence: tuple[int, int], start: int, end: int) -> bool:
    """Whether the next clause refuses what this one only mentions ("Jira ends in April, leave that for now")."""
    left, right = _clause(scan, sentence, start, end)
    counts = [n for n in scan.numbers.starting(left, right) if not (n.spelled and n.end - n.start == 1)]
    if scan.within(left, right, "cues.want") or counts:
        return False
    for product in scan.within(right, sentence[1], "product"):  # "(Jira, Confluence) stay as they are this time"
        if not CLAUSE_END.fullmatch(scan.folded[right : product.start].strip()):
            break
        right = product.end
    for cue in _refusals(scan, (right, sentence[1]), "cues.drop"):
        after = _clause(scan, sentence, cue.start, cue.end)[1]
        if cue.start - right <= 16 and not scan.within(right, after, "product"):
            return True
    return False


def _refusals(scan: Scan, bounds: tuple[int, int], *tags: str) -> list[Hit]:
    """Return the refusing cues; "without" in "without changes" refuses nothing."""
    same = scan.within(*bounds, "cues.unchanged")
    return [c for c in scan.within(*bounds, *tags) if not any(s.start <= c.start and c.end <= s.end for s in same)]


def _end_of_list(scan: Scan, end: int, right: int) -> int:
    """Return where the products end that "and" joins to one that ends at `end` ("Jira and Guard are not needed")."""
    for product in scan.within(end, right, "product"):
        between = scan.folded[end : product.start].strip()
        joined = any(a.start >= end and a.end <= product.start for a in scan.within(end, product.start, "cues.and"))
        if not (joined and " " not in between):
            break
        end = product.end
    return end


def _rejected(scan: Scan, sentence: tuple[int, int], start: int, end: int) -> bool:
    if _put_off(scan, sentence, start, end):
        return True
    left, right = _clause(scan, sentence, start, end)
    listed = _end_of_list(scan, end, right)
    for cue in scan.within(end, right, "cues.drop_after"):
        if 0 <= cue.start - listed <= 24 and not scan.within(listed, cue.start, "product"):
            return True
    for cue in _refusals(scan, sentence, "cues.drop", "cues.not"):
        reach = 24 if cue.tag == "cues.drop" else 6
        between = scan.within(end, cue.start, "cues.want") if cue.start > end else []
        if scan.verb_final and cue.tag == "cues.drop" and end <= cue.start and cue.end <= right and not between:
            return True
        follows = scan.verb_final or re.match(r"[぀-ヿ㐀-鿿가-힯]", scan.text[cue.start])
        if follows and 0 <= cue.start - end <= reach // 2 and cue.end <= right and cue.tag == "cues.drop":
            return True
        rest = scan.folded[cue.end : right].strip(" .!")
        closes = cue.tag == "cues.not" and cue.end <= right and not rest
        if closes and 0 <= cue.start - end <= 16 and not scan.verb_final:
            return True  # "Bitbucket not yet"
        if 0 <= start - cue.end <= reach and cue.start >= left and not scan.verb_final:
            return True
    return False
