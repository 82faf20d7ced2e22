"""What a unit says of its lines beside products, counts and plans: SENs, corrections, that all stays as it is."""

import re
from collections.abc import Sequence

from mailbot.parsers.layout import Unit
from mailbot.parsers.requests.products import ProductMention
from mailbot.parsers.requests.quantities import QuantityMention
from mailbot.parsers.scan import Scan, Span


def sens_of_row(scan: Scan, unit: Unit) -> list[Span]:
    found = sens_between(scan, unit.start, unit.end)
    if found:
        return found
    for cell in unit.cells:
        bare = re.fullmatch(r"\s*(l?\d{7,8})\s*", scan.folded[cell.start : cell.end])
        if "sen" in cell.tags and bare:
            return [Span(cell.start, cell.end, "SEN-" + bare[1].upper())]
    return []


def sens_between(scan: Scan, start: int, end: int) -> list[Span]:
    return list(scan.sens.starting(start, end))


def corrects(scan: Scan, products: Sequence[ProductMention], targets: Sequence[QuantityMention]) -> bool:
    """Whether the first count corrects what was said before ("80 instead of 60, and add Confluence for 80")."""
    if not products or len(targets) <= len(products) or targets[0].from_users is None:
        return False
    between = scan.folded[targets[0].end : products[0].start]
    return targets[0].end <= products[0].start and bool(re.search(r"[,;.]", between))


def stays(scan: Scan, unit: Unit, products: Sequence[ProductMention], *, told: bool) -> bool:
    """Whether a sentence only tells that products stay as they are; `told`: it holds counts, plans or SENs."""
    bounds = (unit.start, unit.end)
    if unit.kind != "sentence" or told or not products:
        return False
    same = scan.within(*bounds, "cues.unchanged")
    asks = scan.within(*bounds, "cues.want", "kinds.quote", "cues.same")
    return bool(same) and all(any(s.start <= a.start and a.end <= s.end for s in same) for a in asks)
