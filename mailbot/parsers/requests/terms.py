"""What surrounds the lines of a request: dates, currency, term, claims of discount, chains of resellers."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.parsers.dates import DateMention
from mailbot.parsers.layout import Unit
from mailbot.parsers.requests.polarity import Polarity, polarity
from mailbot.parsers.requests.topics import is_question
from mailbot.parsers.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Statements beside the lines. `dates` that could be a target are in order of weight, with all readings."""

    targets: tuple[tuple[DateMention, Evidence], ...]
    currencies: tuple[Extracted[str], ...]
    months: Extracted[int] | None
    discount_claim: Extracted[str] | None
    two_tier: Extracted[str] | None


def find_terms(blocks: Sequence[tuple[Scan, Sequence[Unit]]]) -> Terms:
    """Return what the blocks of one message say beside their lines."""
    targets: list[tuple[int, DateMention, Evidence]] = []
    currencies: dict[str, Extracted[str]] = {}
    months = claim = chain = None
    for scan, units in blocks:
        for unit in units:
            targets += _targets(scan, unit)
            for code, evidence in _currencies(scan, unit):
                currencies.setdefault(code, Extracted(code, (evidence,)))
            months = months or _term(scan, unit)
            claim = claim or _claim(scan, unit)
            chain = chain or _chain(scan, unit)
    targets.sort(key=lambda t: -t[0])
    return Terms(
        targets=tuple((d, e) for _, d, e in targets),
        currencies=tuple(currencies.values()),
        months=months,
        discount_claim=claim,
        two_tier=chain,
    )


def _targets(scan: Scan, unit: Unit) -> list[tuple[int, DateMention, Evidence]]:
    """Weigh each date: beside words for aligning or a target date it counts most, as a present end least."""
    out = []
    for date in scan.dates.starting(unit.start, unit.end):
        weight = 0
        if unit.kind == "pair":
            weight += 4 if "end_date" in unit.tags else -3 if unit.tags & {"reference", "price"} else 0
        if unit.kind == "row":
            weight -= 4
        if scan.within(unit.start, unit.end, "kinds.co_term"):
            weight += 2
        before = scan.folded[max(unit.start, date.start - 14) : date.start]
        hits = [h for h in scan.hits.starting(date.start - 14, date.start + 2) if h.end <= date.start + 2]
        if any(h.tag in ("cues.to", "labels.end_date") for h in hits):
            weight += 2
        if any(h.tag == "cues.to" for h in scan.hits.starting(date.end, date.end + 4)):
            weight += 2
        if polarity(scan, (unit.start, unit.end), date.start, date.end) is Polarity.HAVE:
            weight -= 2
        if re.search(r"[(（]$", before):
            weight -= 1
        out.append((weight, date, scan.evidence(date.start, date.end)))
    return out


def _currencies(scan: Scan, unit: Unit) -> list[tuple[str, Evidence]]:
    """Currencies asked for; those of amounts mentioned in passing ("last year USD 4,100") do not count."""
    out = []
    for hit in scan.within(unit.start, unit.end, "currency"):
        if re.search(r"[ァ-ヺー]$", scan.text[hit.start : hit.end]) and re.match(
            r"[ァ-ヺー]", scan.text[hit.end : hit.end + 1]
        ):
            continue  # ユーロ in ユーロブリッジ
        labelled = unit.kind == "pair" and "currency" in unit.tags
        beside_amount = re.match(r"\s?[\d.,']{2,}", scan.folded[hit.end : hit.end + 6]) or re.search(
            r"\d[\d.,']*\s?[万千百億亿萬]{0,2}\s?$", scan.folded[max(unit.start, hit.start - 12) : hit.start]
        )
        if beside_amount and not labelled:
            continue
        if unit.kind == "row" or (unit.kind == "pair" and unit.tags & {"price", "reference"} and not labelled):
            continue
        refused = [c for c in scan.within(hit.end, min(unit.end, hit.end + 24), "cues.not") if scan.verb_final]
        if refused or polarity(scan, (unit.start, unit.end), hit.start, hit.end) is Polarity.NOT:
            continue
        label = (
            bool(scan.within(unit.start, hit.start, "labels.price"))
            and "(" in scan.folded[max(unit.start, hit.start - 2) : hit.start]
        )
        if not label:
            out.append((hit.key, scan.evidence(hit.start, hit.end)))
    return out


def _term(scan: Scan, unit: Unit) -> Extracted[int] | None:
    """A term other than a year: "24 months", "two years"."""
    for hit in scan.within(unit.start, unit.end, "dates.duration_claim"):
        if is_question(scan, unit) and not scan.within(unit.start, unit.end, "kinds.quote", "cues.want"):
            continue
        if polarity(scan, (unit.start, unit.end), hit.start, hit.end) in (Polarity.HAVE, Polarity.NOT):
            continue
        return Extracted(_months(scan, hit.start, hit.end), (scan.evidence(hit.start, hit.end),))
    return None


def _months(scan: Scan, start: int, end: int) -> int:
    """Return the months of a term; one that names no number ("multi-year") is taken for two years."""
    words = re.findall(r"\d+|[^\W\d_]+", scan.folded[start:end])
    counts = [int(w) for w in words if w.isdecimal()]
    counts += [x.number_words[w] for w in words for x in scan.lexicons if w in x.number_words]
    units = [x.durations[w] for w in words for x in scan.lexicons if w in x.durations]
    value = counts[0] if counts else 2
    return value * (units[0] if units else 1 if value > 10 else 12)


def _claim(scan: Scan, unit: Unit) -> Extracted[str] | None:
    """A discount that the mail claims; a question about discounts is a topic."""
    for hit in scan.within(unit.start, unit.end, "claims.discount"):
        asks = is_question(scan, unit) and not scan.within(unit.start, unit.end, "cues.please")
        text = scan.text[unit.start : unit.end]
        if asks and re.search(r"[?？]", text):
            continue
        if polarity(scan, (unit.start, unit.end), hit.start, hit.end) is not Polarity.NOT:
            return Extracted(scan.text[hit.start : hit.end], (scan.evidence(hit.start, hit.end),))
    return None


def _chain(scan: Scan, unit: Unit) -> Extracted[str] | None:
    if re.search(r"[?？]\s*$", scan.text[unit.start : unit.end].strip()):
        return None
    for hit in scan.within(unit.start, unit.end, "claims.two_tier"):
        return Extracted(scan.text[hit.start : hit.end], (scan.evidence(hit.start, hit.end),))
    return None


def future(dates: Sequence[dt.date], after: dt.date) -> list[dt.date]:
    """Return the readings that are not past."""
    return [d for d in dates if d > after]
