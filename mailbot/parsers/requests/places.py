"""Sites and SENs of a message, and where its parts contradict each other about them."""

import re
from collections.abc import Sequence

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.message import InboundMessage, TextPart
from mailbot.domain.request import Doubt, Reason
from mailbot.parsers.requests.block import Block
from mailbot.parsers.scan import Scan, Span
from mailbot.parsers.spans import Taken


def find_sites(
    blocks: Sequence[Block], subject: Block, message: InboundMessage, doubts: list[Doubt]
) -> tuple[Extracted[str], ...]:
    body = merged([(s, b.scan) for b in blocks[:1] for s in b.scan.sites if is_readable(b, s)])
    files = merged([(s, b.scan) for b in blocks[1:] for s in b.scan.sites])
    title = merged([(s, subject.scan) for s in subject.scan.sites])
    if not body and not files:
        return title
    linked = _linked_elsewhere(blocks[0].scan, message.body, body)
    for link in linked:
        doubts.append(
            Doubt(
                reason=Reason.CONFLICTING_VALUES,
                path="site",
                evidence=link.evidence,
                note="a link leads to another site",
            )
        )
    for other in (files, title):
        first, second = {s.value for s in body or files}, {s.value for s in other}
        if body and second and not first & second and other is not body:
            evidence = tuple(e for s in (*body, *other) for e in s.evidence)
            doubts.append(
                Doubt(
                    reason=Reason.CONFLICTING_VALUES, path="site", evidence=evidence, note="two places name two sites"
                )
            )
    known = {s.value for s in body}
    return (*body, *(s for s in files if s.value not in known and not body))


def _linked_elsewhere(body: Scan, part: TextPart, sites: Sequence[Extracted[str]]) -> list[Extracted[str]]:
    """Return sites that links lead to while their text names another one."""
    out = []
    for link in part.links:
        target = re.search(r"//([a-z0-9-]+\.atlassian\.net)", link.target.lower())
        shown = body.sites.starting(link.start, link.end)
        if target and shown and shown[0].value != target[1]:
            out.append(Extracted(target[1], (body.evidence(link.start, link.end),)))
    return out


def alternative_doubts(body: Scan, other: Scan) -> list[Doubt]:
    """A text and an HTML part that say different things: nobody knows which of them the reseller saw."""
    for what, a, b in (
        ("site", {s.value for s in body.sites}, {s.value for s in other.sites}),
        ("sens", {s.value for s in body.sens}, {s.value for s in other.sens}),
        ("lines", {h.key for h in body.hits if h.tag == "product"}, {h.key for h in other.hits if h.tag == "product"}),
        ("lines", {n.value for n in body.numbers}, {n.value for n in other.numbers}),
    ):
        if a != b and (a or b):
            return [Doubt(reason=Reason.CONFLICTING_VALUES, path=what, note="text and HTML of the mail differ")]
    return []


def merged(spans: Sequence[tuple[Span, Scan]]) -> tuple[Extracted[str], ...]:
    places: dict[str, list[Evidence]] = {}
    for span, marks in spans:
        places.setdefault(span.value, []).append(marks.evidence(span.start, span.end))
    return tuple(Extracted(value, tuple(evidence)) for value, evidence in places.items())


def sens_in(block: Block) -> list[Span]:
    """SENs, and bare numbers in a column or pair that is labelled as SEN."""
    found = list(block.scan.sens)
    known = Taken((s.start, s.end) for s in found)
    starts = set()
    for unit in block.units:
        cells = [(c.start, c.end) for c in unit.cells if "sen" in c.tags]
        if unit.kind == "pair" and "sen" in unit.tags:
            cells.append((unit.value_start, unit.end))
        for start, end in cells:
            for m in re.finditer(r"(?<![\w-])(?:l?\d{7,8})(?!\w)", block.scan.folded[start:end]):
                span = Span(start + m.start(), start + m.end(), "SEN-" + m[0].upper())
                if not known.touches(span.start, span.start + 1) and span.start not in starts:
                    starts.add(span.start)
                    found.append(span)
    return sorted(found, key=lambda s: s.start)


def is_readable(block: Block, span: Span) -> bool:
    """Whether a place lies in what the sender newly wrote or passes on."""
    return block.told.touches(span.start, span.start + 1)
