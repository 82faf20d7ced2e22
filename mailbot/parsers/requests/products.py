"""Products that a text names, and names that only look like one."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.parsers.layout import Unit
from mailbot.parsers.phrases import Hit
from mailbot.parsers.requests.polarity import Polarity, polarity
from mailbot.parsers.scan import Scan

_DATA_CENTER_TAGS = ("kinds.data_center", "kinds.server")
_PUNCTUATION = re.compile(r"[\s,，、;/+&]*")
_HOSTS = frozenset({"jira", "confluence", "bitbucket"})
"""Products that apps are made for."""
_CAPITALS = re.compile(r"(?<![\w.+&-])((?:[A-Z][\w.+&-]*\s){1,4})$")


@dataclass(frozen=True, slots=True)
class ProductMention:
    start: int
    end: int
    key: str  # "" for an unknown one
    polarity: Polarity


def find_products(scan: Scan, bounds: tuple[int, int], *, in_list: bool) -> list[ProductMention]:
    """Return the products of a stretch; names inside an app's name, and self-managed ones, do not count."""
    start, end = bounds
    apps = [(h.start, h.end) for h in scan.within(start, end, "app") if not _is_common(scan, h, end)]
    for words in _apps_for(scan, start, end):
        lexical = [h for h in scan.hits.around(*words) if h.end > words[0]]
        if not lexical and (in_list or words[0] == start):
            apps.append(words)
    found: list[ProductMention] = []
    inside_app = [(a, b, _app_reach(scan, b, end)) for a, b in apps]
    for a, b, _ in inside_app:
        found.append(ProductMention(a, b, "", polarity(scan, bounds, a, b)))
    for hit in scan.within(start, end, "product"):
        if any(a <= hit.start < reach for a, _, reach in inside_app):
            continue
        if _self_managed(scan, hit.start, hit.end, bounds) or not _is_name(scan, hit.start, hit.end):
            continue
        meant = polarity(scan, bounds, hit.start, hit.end)
        if in_list and meant is not Polarity.NOT:
            meant = Polarity.NEUTRAL
        if found and found[-1].key == hit.key:
            if found[-1].polarity is Polarity.HAVE and meant is not Polarity.HAVE:
                found[-1] = ProductMention(hit.start, hit.end, hit.key, meant)
            continue
        found.append(ProductMention(hit.start, hit.end, hit.key, meant))
    return _once(scan, bounds, sorted(found, key=lambda p: p.start))


def _apps_for(scan: Scan, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield capitalised words before "for Jira": an app's name that is on no list."""
    hosts = [h.start for h in scan.within(start, end, "product") if h.key in _HOSTS]
    for of in scan.within(start, end, "cues.of"):
        if of.end + 1 in hosts and (m := _CAPITALS.search(scan.text, start, of.start)):
            yield m.span(1)


def wants_products(scan: Scan, unit: Unit) -> bool:
    """Whether a party's label only opens a sentence about lines ("The customer asks for: Jira, 50 users")."""
    bounds = (unit.value_start, unit.end)
    return bool(scan.within(*bounds, "product") and scan.within(*bounds, "counters.users"))


def _once(scan: Scan, bounds: tuple[int, int], found: Sequence[ProductMention]) -> list[ProductMention]:
    """Leave one mention of each product: the later one where a list repeats what a sentence announced."""
    keys = [p.key for p in found]
    if len(set(keys)) == len(keys) or "" in keys:
        return list(found)
    numbers = [n.start for n in scan.numbers.starting(*bounds)]
    announced = len(numbers) and all(p.start < numbers[0] for p in found[: len(set(keys))])
    kept = {p.key: p for p in found} if announced else {p.key: p for p in reversed(found)}
    return sorted(kept.values(), key=lambda p: p.start)


def _is_common(scan: Scan, app: Hit, limit: int) -> bool:
    """Whether an app's name is a word of the mail's language here ("tempo de resposta"), not "Tempo for Jira"."""
    if _app_reach(scan, app.end, limit) > app.end:
        return False
    around = (h for h in scan.hits.around(app.start, app.start + 1) if app.end <= h.end)
    return any(h.tag.startswith(("labels.", "topics.", "cues.")) for h in around)


def _app_reach(scan: Scan, end: int, limit: int) -> int:
    """Return where an app's name ends, with the host that it is made for ("ScriptRunner for Jira")."""
    for host in scan.within(end, limit, "product"):
        of = scan.within(end, host.start, "cues.of")
        gap = scan.folded[end : host.start]
        for word in ("cloud", *(scan.folded[h.start : h.end] for h in of)):
            gap = gap.replace(word, "", 1)
        if host.key in _HOSTS and len(gap) <= 4 and not gap.strip():
            return host.start + 1
        break
    return end


def _is_name(scan: Scan, start: int, end: int) -> bool:
    """Whether a common word is really the product's name: "Guard" or "guard for 20", not "guard"."""
    tags = {h.tag for h in scan.hits.starting(start, start + 1) if h.end == end}
    if not tags & {"common", "short"} or _is_measured(scan, start, end):
        return True
    whole = scan.text[scan.text.rfind("\n", 0, start) + 1 : end]  # who writes all small writes names so, too
    return "common" in tags and (scan.text[start].isupper() or (whole.islower() and len(whole) > 20))


def _is_measured(scan: Scan, start: int, end: int) -> bool:
    """Whether a count or plan stands beside ("service desk to 20", "25 Conf", "Conf Standard")."""
    counts = scan.numbers.starting(start - 12, end + 8)
    plans = (h for h in scan.hits.starting(end, end + 3) if h.tag.startswith("plans."))
    return any(0 <= n.start - end <= 7 or 0 <= start - n.end <= 3 for n in counts) or any(plans)


def _self_managed(scan: Scan, start: int, end: int, bounds: tuple[int, int]) -> bool:
    for hit in scan.within(*bounds, *_DATA_CENTER_TAGS):
        gap = (
            scan.folded[end : hit.start]
            if hit.start >= end
            else scan.folded[hit.end : start]
            if hit.end <= start
            else ""
        )
        if len(gap) <= 14 and not re.search(r"[,.;，。、]|cloud", gap):
            return True
    return False


def _are_joined(scan: Scan, start: int, end: int) -> bool:
    """Whether only commas and "and" stand between."""
    between = scan.folded[start:end]
    for hit in scan.within(start, end, "cues.and"):
        between = between.replace(scan.folded[hit.start : hit.end], "", 1)
    return bool(_PUNCTUATION.fullmatch(between))


def only_these(scan: Scan, bounds: tuple[int, int], products: Sequence[ProductMention]) -> set[str]:
    """Return the products that a sentence limits the request to ("only Jira now, please"), if it does."""
    chosen: set[str] = set()
    products = [p for p in products if p.polarity is not Polarity.HAVE]  # "today they only use Bitbucket"
    for hit in scan.within(*bounds, "cues.only"):
        reach = hit.end
        for p in products:
            if p.start < reach:
                continue
            if p.start - reach > (12 if not chosen else 8) or (chosen and not _are_joined(scan, reach, p.start)):
                break
            chosen.add(p.key)
            reach = p.end
        last = next((p for p in reversed(products) if 0 <= hit.start - p.end <= 3), None)
        if last is not None and not chosen and not hit.key.isascii():
            chosen.add(last.key)
    return chosen
