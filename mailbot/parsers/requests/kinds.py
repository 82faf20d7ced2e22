"""Which kind of request a thread is (policy section 2)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.request import Kind, MoreUsers, RequestLine
from mailbot.parsers.layout import Unit
from mailbot.parsers.phrases import Hit
from mailbot.parsers.requests.polarity import Polarity, polarity
from mailbot.parsers.scan import Scan


@dataclass(frozen=True, slots=True, kw_only=True)
class Cues:
    """What the words of a mail say of its kind; each is the number of places that say it."""

    renewal: int = 0
    upgrade: int = 0
    co_term: int = 0
    same_end: int = 0
    new_site: int = 0
    existing_site: int = 0
    monthly: int = 0
    annual: int = 0
    data_center: int = 0
    server: int = 0
    quote: int = 0
    cloud: int = 0
    trial: int = 0

    def __add__(self, other: "Cues") -> "Cues":
        """Return the cues of two mails of one thread."""
        return Cues(**{f: getattr(self, f) + getattr(other, f) for f in Cues.__dataclass_fields__})


def find_cues(scan: Scan, units: Sequence[Unit]) -> Cues:
    """Count the words for each kind in these units; refused ones ("no monthly plan") do not count."""
    counts: dict[str, int] = {}
    for unit in units:
        dates = scan.within(unit.start, unit.end, "labels.end_date")
        kept = scan.within(unit.start, unit.end, "cues.same_end")
        later = scan.within(unit.start, unit.end, "cues.drop")
        for hit in scan.hits.starting(unit.start, unit.end):
            if hit.tag.startswith("kinds.") and hit.end <= unit.end:
                if any(d.start <= hit.start and hit.end <= d.end for d in later):
                    continue  # "we will look at that at the renewal"
                named = any(label.start <= hit.start and hit.end <= label.end for label in dates)
                if named and hit.key != "co_term":
                    continue  # "renewal date" names a date, not a kind
                if any(0 <= c.start - hit.end <= 8 for c in scan.within(hit.end, unit.end, "cues.instead_after")):
                    continue  # "no request for a quote, but a question"
                meant = polarity(scan, (unit.start, unit.end), hit.start, hit.end)
                if hit.key == "co_term" and any(k.start < hit.end and hit.start < k.end for k in kept):
                    counts["same_end"] = counts.get("same_end", 0) + 1
                    continue
                if hit.key == "co_term" and unit.kind == "pair" and "term" in unit.tags:
                    continue  # "Term: to the present end date"
                if hit.key == "quote" and any(
                    c.start <= hit.start and c.end > hit.end for c in scan.within(hit.start, hit.end + 6, "cues.have")
                ):
                    continue  # "what we bought" asks for no price
                if hit.key in ("annual", "monthly") and _refused(scan, unit, hit):
                    continue
                if meant is not Polarity.NOT or hit.key == "new_site":
                    counts[hit.key] = counts.get(hit.key, 0) + 1
    return Cues(**counts)


def _refused(scan: Scan, unit: Unit, hit: Hit) -> bool:
    """Whether a billing period is what the customer does not want ("does not want to commit for a year")."""
    return any(
        0 <= hit.start - cue.end <= 40 and not re.search(r"[,;:，。；、]", scan.folded[cue.end : hit.start])
        for cue in scan.within(unit.start, hit.start, "cues.not", "cues.instead_before", "cues.drop")
    )


def decide_kind(cues: Cues, *, has_site: bool, lines: Sequence[RequestLine], customer_address: bool) -> Kind | None:
    """Return the kind that the words say, or None when nothing is asked for.

    `lines` are those of Cloud products; without any, words for self-managed products decide.
    """
    cloud = bool(lines) or has_site  # a SEN alone names no Cloud subscription where the words are of Data Center
    if not cloud and cues.data_center and cues.data_center >= cues.server:
        return Kind.DATA_CENTER
    if not cloud and cues.server and not cues.cloud:
        return Kind.SERVER
    grows = any(line.from_users or line.from_plan or _adds(line) for line in lines)
    aligns = cues.co_term if grows else cues.co_term + cues.same_end  # more users "with the same end date" as now
    if aligns > 1 or (aligns and (has_site or lines or cues.quote)):
        return Kind.CO_TERM
    if (cues.trial or cues.monthly) and cues.annual and cues.existing_site:  # a trial or monthly site goes annual
        return Kind.EXISTING_SITE
    if cues.monthly and not cues.annual and not cues.renewal:
        return Kind.MONTHLY
    if cues.renewal and not (cues.new_site and not has_site):
        return Kind.RENEWAL
    if cues.new_site and not has_site:
        return Kind.NEW_SITE
    grows = any(line.from_users is not None or line.from_plan is not None for line in lines)
    grows = grows or bool(cues.same_end and any(_adds(line) for line in lines))
    if (cues.upgrade and not (cues.existing_site and not grows)) or (grows and has_site and not cues.existing_site):
        return Kind.UPGRADE
    if customer_address and not has_site:
        return Kind.NEW_SITE
    if has_site or lines or cues.existing_site:
        return Kind.EXISTING_SITE
    return Kind.EXISTING_SITE if cues.quote else None


def _adds(line: RequestLine) -> bool:
    return line.quantity is not None and isinstance(line.quantity.value, MoreUsers)
