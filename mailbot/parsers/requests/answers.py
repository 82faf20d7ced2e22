"""Answers between or above our own questions: which quoted question a new line answers."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mailbot.domain.message import Role, Segment
from mailbot.parsers.layout import Unit
from mailbot.parsers.scan import Scan

_NUMBERED = re.compile(r"^(?:[^\S\n]|[>|])*+[(（]?(\d{1,2})[.)、．）:：]\s*(\S.*)$", re.MULTILINE)
_NUMBER_BEFORE = re.compile(r"(?:^|\n)[ \t]*[(（]?(\d{1,2})[.)、．）:：][ \t]*$")


def asked_owner(body: Scan, segments: Sequence[Segment]) -> str | None:
    """Return whose billing address our quoted mail asks for, when it asks for one party's only."""
    owners = set()
    for segment in segments:
        if segment.role is not Role.QUOTED:
            continue
        for mark in body.within(segment.start, segment.end, "labels.billing_address"):
            begin = body.text.rfind("\n", 0, mark.start) + 1
            end = body.text.find("\n", mark.end)
            line = body.within(begin, len(body.text) if end < 0 else end, "labels.customer", "cues.theirs")
            owners.add("customer" if any(h.tag == "labels.customer" for h in line) else "reseller")
    return owners.pop() if len(owners) == 1 else None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a question was about: label tags, products, and whether it was about the customer's side."""

    tags: frozenset[str]
    products: tuple[str, ...]
    theirs: bool


def find_answers(body: Scan, segments: Sequence[Segment], units: Sequence[Unit]) -> Mapping[int, Asked]:
    """Return for the start of each unit that answers a quoted question what was asked.

    A line right under a quoted question answers it; a numbered line answers the quoted question of that number.
    Our own words and examples in the quote are read as questions only, never as values.
    """
    quoted = [s for s in segments if s.role is Role.QUOTED]
    if not quoted:
        return {}
    numbered = {
        int(m[1]): _about(body, s.start + m.start(2), s.start + m.end(2))
        for s in quoted
        for m in _NUMBERED.finditer(body.text[s.start : s.end])
    }
    out: dict[int, Asked] = {}
    for segment in segments:
        if segment.role is not Role.NEW:
            continue
        inside = [u for u in units if segment.start <= u.start < segment.end]
        above = next((q for q in quoted if q.end == segment.start), None)
        for i, unit in enumerate(inside):
            marker = _NUMBER_BEFORE.search(body.text[max(0, unit.start - 12) : unit.start])
            if marker and int(marker[1]) in numbered:
                out[unit.start] = numbered[int(marker[1])]
            elif above is not None and i == 0 and (above is not quoted[-1] or _is_line(body, above)):
                out[unit.start] = _last_question(body, above)
            elif above is not None and not _is_answered_above(body, segments, above):
                out[unit.start] = _about(body, above.start, above.end)
            else:
                out[unit.start] = Asked(frozenset(), (), theirs=False)
    return out


def _is_line(body: Scan, quote: Segment) -> bool:
    return "\n" not in body.text[quote.start : quote.end].strip()


def _is_answered_above(body: Scan, segments: Sequence[Segment], quote: Segment) -> bool:
    """Whether the sender wrote anything before the quoted mail; below it stands an answer to all of it."""
    new = [s for s in segments if s.role is Role.NEW and s.end <= quote.start]
    return any(body.text[s.start : s.end].strip() for s in new)


def _last_question(body: Scan, quote: Segment) -> Asked:
    text = body.text[quote.start : quote.end].rstrip(" >\n")
    start = quote.start + text.rfind("\n") + 1
    return _about(body, start, quote.start + len(text))


def _about(body: Scan, start: int, end: int) -> Asked:
    example = re.compile(r"[(（]").search(body.text, start, end)
    stop = example.start() if example else end
    hits = [h for h in body.hits.starting(start, stop) if h.end <= stop]
    tags = frozenset(h.key for h in hits if h.tag.startswith("labels."))
    products = tuple(dict.fromkeys(h.key for h in hits if h.tag == "product"))
    theirs = any(h.tag in ("labels.customer", "labels.contact") for h in hits)  # "your" is said to the reseller
    return Asked(tags, products, theirs)
