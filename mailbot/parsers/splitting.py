"""Requests for several sites in one mail, told apart by where each site stands."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.evidence import Evidence
from mailbot.domain.request import RequestLine
from mailbot.parsers.reading import Reading
from mailbot.parsers.requests.lines import LineBook


def split_by_site(first: Reading, readings: Sequence[Reading]) -> list[list[Reading]]:
    """Return for each site the thread's readings reduced to what is said of this site.

    What stands before the first site (a greeting, the kind of request) holds for all.
    """
    borders = _borders(first)
    out = []
    for i, site in enumerate(first.sites):
        start, end = borders[i], borders[i + 1] if i + 1 < len(borders) else 10**9
        part = replace(
            first,
            sites=(site,),
            sens=tuple(s for s in first.sens if _within(s.evidence, start, end)),
            lines=_lines(first, start, end),
            persons=tuple(p for p in first.persons if start <= p.at < end or not p.theirs),
            addresses=tuple(a for a in first.addresses if _within(a.value.evidence, start, end)),
            customer_company=first.companies.get(site.value),
            doubts=tuple(d for d in first.doubts if not d.path.startswith("lines")),
        )
        out.append([part if r is first else r for r in readings])
    return out


def _lines(first: Reading, start: int, end: int) -> tuple[RequestLine, ...]:
    """Return the lines told between two borders of the body; those told before the first site hold for all."""
    body = first.blocks[0]
    book = LineBook()
    book.read(body.scan, [u for u in body.units if start <= u.start < end])
    lines, _, _ = book.finish()
    if lines:
        return tuple(lines)
    return tuple(x for x in first.lines if x.product is None or _within(x.product.evidence, 0, start))


def _borders(first: Reading) -> list[int]:
    """Return where each site's part of the body begins: the start of its unit, not before the previous site."""
    body = first.blocks[0]
    borders: list[int] = []
    for site in first.sites:
        at = site.evidence[0].start
        unit = next((u for u in body.units if u.start <= at < u.end), None)
        previous = borders[-1] if borders else 0
        start = unit.start if unit else at
        same_unit = [s for s in first.sites if unit and unit.start <= s.evidence[0].start < at]
        borders.append(at if same_unit else max(start, previous))
    return borders


def _within(evidence: Sequence[Evidence], start: int, end: int) -> bool:
    return any(e.part != "body" or start <= e.start < end for e in evidence)
