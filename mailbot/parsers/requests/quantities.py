"""Numbers of users: exact, from-to, more, ranges, alternatives (policy section 2, field rules)."""

import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.domain.request import MoreUsers, OneOf, Quantity, UserRange, Users
from mailbot.parsers.amounts import Number
from mailbot.parsers.phrases import Hit
from mailbot.parsers.requests.polarity import Polarity, polarity
from mailbot.parsers.scan import Scan

_ARROW = re.compile(r"(?<!\s)\s*+(?:(?<!-)-++>|(?<!=)=++>|→|⇒|>++|➜|➔)\s*")
_DASH = re.compile(r"\s*[-~]\s*")
_SLASH = re.compile(r"\s*/\s*")
_WORDS_BETWEEN = re.compile(r"[^\d,，。.!?！？;；()（）\n\t]*")
_COUNTED_ALONE = re.compile(r"[ 　]?[个個](?=[，。,.！!？?；;）)\s]|$|左右|吧|就|了)")
_BETWEEN_LIMIT = 28
_ENUMERATES = re.compile(r"\s*(?:[,;/]|[,;]?\s(?:and|und|et|y|e|en|ja|i|и|ve))\s*")
_PLANS = ("plans.standard", "plans.premium", "plans.enterprise")


@dataclass(frozen=True, slots=True, kw_only=True)
class QuantityMention:
    """A number of users read at `start` to `end`. `current`: what is there now, not what is wanted.

    `from_users` is the first number of a "from .. to". `counted`: a word for users stands beside it.
    """

    start: int
    end: int
    quantity: Quantity
    current: bool = False
    from_users: Number | None = None
    counted: bool = True


def find_quantities(scan: Scan, start: int, end: int, *, column: bool = False) -> list[QuantityMention]:
    """Return the numbers of users in a stretch, in order; in a column of users every number is one."""
    numbers = [n for n in scan.numbers.starting(start, end) if n.end <= end and not _is_article(scan, n)]
    found: list[QuantityMention] = []
    i = 0
    while i < len(numbers):
        listed = _listed(scan, (start, end), numbers[i:])
        if listed:
            found += listed
            i += len(listed)
            continue
        first = numbers[i]
        second = numbers[i + 1] if i + 1 < len(numbers) else None
        pair = _pair(scan, (start, end), first, second, column) if second else None
        if pair is not None:
            found.append(pair)
            i += 2
            continue
        single = _single(scan, (start, end), first, column)
        if single is not None:
            found.append(single)
        i += 1
    found = _with_aims(scan, (start, end), found)
    found = _without_parts(scan, (start, end), found)
    if any(q.counted for q in found):  # "Pos. 1 Jira, 40 users": the bare number before a product counts nothing
        found = [q for q in found if q.counted or not _before_product(scan, q.end)]
    return found


def _with_aims(scan: Scan, bounds: tuple[int, int], found: list[QuantityMention]) -> list[QuantityMention]:
    """Return the second of two present numbers as wanted when "to" leads to it ("is at 200 today, goes to 300")."""
    out = list(found)
    for i, (first, second) in enumerate(itertools.pairwise(found)):
        both = first.current and second.current and first.quantity != second.quantity
        named = scan.within(first.end, second.start, "product")
        led = any(second.start - h.end <= 2 for h in scan.within(second.start - 8, second.start, "cues.to"))
        if both and led and not named and isinstance(first.quantity, Users):
            out[i + 1] = replace(second, current=False)
    return out


def _without_parts(scan: Scan, bounds: tuple[int, int], found: list[QuantityMention]) -> list[QuantityMention]:
    """Return the total alone where its parts stand before it ("40 here, 20 there, 60 in all")."""
    counts = [q.quantity.count if isinstance(q.quantity, Users) and not q.current else None for q in found]
    if len(found) < 3 or None in counts or not scan.within(*bounds, "cues.total"):
        return found
    *parts, total = [c for c in counts if c is not None]
    return found[-1:] if sum(parts) == total and not scan.within(found[0].end, found[-1].start, "product") else found


def _listed(scan: Scan, bounds: tuple[int, int], numbers: Sequence[Number]) -> list[QuantityMention]:
    """Return an enumeration as long as the products' before one word for users ("50, 60 and 10 users respectively")."""
    run = list(numbers[:1])
    for number in numbers[1:]:
        if not _ENUMERATES.fullmatch(scan.folded[run[-1].end : number.start]):
            break
        run.append(number)
    products = {h.key for h in scan.within(*bounds, "product")}
    if not 3 <= len(run) == len(products) or not counter_near(scan, bounds, run[-1]):
        return []
    return [QuantityMention(start=n.start, end=n.end, quantity=Users(n.value)) for n in run]


def _is_article(scan: Scan, number: Number) -> bool:
    """Whether a spelled one is an article or pronoun ("un devis", "cada uno") rather than a count ("un usuario")."""
    counted = any(h.tag == "counters.users" for h in scan.hits.starting(number.end, number.end + 2))
    return number.spelled and number.value == 1 and not counted


def _before_product(scan: Scan, end: int) -> bool:
    close = scan.hits.starting(end, end + 3)
    return any(h.tag == "product" and not scan.folded[end : h.start].strip() for h in close)


def _pair(
    scan: Scan, bounds: tuple[int, int], first: Number, second: Number | None, column: bool
) -> QuantityMention | None:
    if second is None or second.start - first.end > _BETWEEN_LIMIT:
        return None
    between = scan.folded[first.end : second.start]
    counted = column or counter_near(scan, bounds, second) or counter_near(scan, bounds, first)
    counted = counted and "\t" not in between
    replaces = not first.spelled and _rejected(scan, bounds, second)
    replaces = replaces and bool(scan.within(first.end, second.start, "cues.instead_before"))
    if replaces and _is_increment(scan, bounds, first):  # "90 more rather than 60"
        return QuantityMention(start=first.start, end=second.end, quantity=MoreUsers(first.value))
    if replaces and min(first.value, second.value) > 1:
        return QuantityMention(start=first.start, end=second.end, quantity=Users(first.value), from_users=second)
    if not counted and not _ARROW.fullmatch(between) and not _opener(scan, first):
        return _either(scan, bounds, first, second)
    plain = _without_counters(scan, first.end, second.start)
    start, end = first.start, second.end
    apart = re.search(r"[,，、]", between) or scan.within(first.end, second.start, "product")
    moves = not apart and _opener(scan, first) and _connector(scan, first.end, second, bounds[1])
    if _ARROW.fullmatch(plain) or moves:
        current = Number(first.start, first.end, first.value)
        return QuantityMention(start=start, end=end, quantity=Users(second.value), from_users=current)
    if scan.within(first.end, second.start, "cues.or") or _SLASH.fullmatch(plain):
        if first.value == second.value:
            return QuantityMention(start=start, end=end, quantity=Users(first.value))
        return QuantityMention(start=start, end=end, quantity=OneOf((first.value, second.value)))
    if first.value < second.value and (_DASH.fullmatch(plain) or _range_word(scan, first, second, plain)):
        return QuantityMention(start=start, end=end, quantity=UserRange(first.value, second.value))
    return None


def _either(scan: Scan, bounds: tuple[int, int], first: Number, second: Number) -> QuantityMention | None:
    """Two bare numbers to choose from at the end of a clause ("whether it will be 400 or 500, ..")."""
    joined = any(
        h.start - first.end <= 1 and second.start - h.end <= 1 for h in scan.within(first.end, second.start, "cues.or")
    )
    ends = re.match(r"\s*(?:[,.;?!)]|$)", scan.folded[second.end : bounds[1]])
    if not joined or not ends or first.spelled or second.spelled or first.value >= second.value:
        return None
    return QuantityMention(start=first.start, end=second.end, quantity=OneOf((first.value, second.value)))


def _single(scan: Scan, bounds: tuple[int, int], number: Number, column: bool) -> QuantityMention | None:
    counted = column or counter_near(scan, bounds, number) or _is_aim(scan, bounds, number)
    same = scan.within(number.start - 24, number.start, "cues.same")  # "with the same 150"
    counted = counted or (not number.spelled and any(number.start - h.end <= 1 for h in same))
    more = any(h.start - number.end == 1 for h in scan.within(number.end, number.end + 12, "cues.more"))
    more = more and not number.spelled and bool(scan.within(*bounds, "product"))  # "out of Jira seats, want 35 more"
    counted = counted or more or _is_repeated(scan, bounds, number)
    counted = counted or _is_elliptical(scan, bounds, number) or _is_spelled_beside(scan, bounds, number)
    if not counted and not _beside_product(scan, bounds, number):
        return None
    if number.spelled and any(h.start <= number.start < h.end for h in scan.within(*bounds, "cues.unchanged")):
        return None
    if _rejected(scan, bounds, number):
        return QuantityMention(start=number.start, end=number.end, quantity=Users(number.value), current=True)
    if _is_increment(scan, bounds, number) and not _is_total(scan, bounds, number):
        quantity: Quantity = MoreUsers(number.value)
        return QuantityMention(start=number.start, end=number.end, quantity=quantity, counted=counted)
    stays = any(-1 <= h.start - number.end <= 3 for h in scan.within(number.end, bounds[1], "cues.unchanged"))
    current = not column and not stays and polarity(scan, bounds, number.start, number.end) is Polarity.HAVE
    return QuantityMention(
        start=number.start, end=number.end, quantity=Users(number.value), current=current, counted=counted
    )


def counter_near(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether a word for users counts the number: close behind it, or as its label close before it."""
    if _is_single_han(scan, number):
        return any(h.tag == "counters.users" for h in scan.hits.starting(number.end, number.end + 1))
    if _COUNTED_ALONE.match(scan.text, number.end):
        return True
    for hit in scan.hits.around(number.start - 10, number.end + 33):
        if hit.start < bounds[0] or hit.end > bounds[1]:
            continue
        if hit.tag == "counters.users" and hit.start >= number.end:
            gap = scan.folded[number.end : hit.start]
            if re.search(r"[぀-鿿가-힯]", gap) and len(gap) > 12:
                continue
            if hit.end - hit.start == 1 and gap not in ("", " "):  # 인 counts "30인", but is part of many a word
                continue
            if scan.numbers.starting(number.end, hit.start):
                continue
            if len(gap) <= 32 and not re.search(r"[\d,，、。.!?;；:：\t]|\n\s*\n", gap) and len(gap.split()) <= 3:
                return True
        if hit.tag in ("labels.users", "counters.users", "labels.users_now") and hit.end <= number.start:
            before = scan.numbers.starting(hit.start - 12, hit.start)
            if any(scan.folded[n.end : hit.start] in ("", " ") for n in before):
                continue  # "12 people in both cases": it counts what stands before it
            gap = scan.folded[hit.end : number.start]
            if len(gap) <= 10 and not re.search(r"[\d,，、。.!?;；\n\t]", gap):
                return True
    return False


def _is_repeated(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether the number was counted before and is said again of another product ("Guard goes along with its 150")."""
    if number.spelled:
        return False
    for n in scan.numbers.starting(max(bounds[0], number.start - 200), number.start):
        if n.value == number.value and scan.within(n.end, number.start, "product"):
            return counter_near(scan, bounds, n)
    return False


def _is_elliptical(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether the word for users was said with an earlier number ("Jira for 50 users and Confluence for 30")."""
    named = scan.within(bounds[0], number.start, "product", *_PLANS)
    if not named or not re.fullmatch(r"\s+(?:[^\W\d_]{1,5}\s+)?", scan.folded[named[-1].end : number.start]):
        return False
    ends = re.match(r"\s*(?:[.,;!?)]|\n|$)|\s+[^\W\d_]{1,3}\s", scan.folded[number.end : bounds[1]])
    earlier = [n for n in scan.numbers.starting(bounds[0], named[-1].start) if n.end < named[-1].start]
    return bool(ends) and any(counter_near(scan, bounds, n) for n in earlier)


def _is_spelled_beside(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether a spelled number precedes its product after a counted one ("ten Jira users and six Confluence")."""
    product = any(h.tag == "product" for h in scan.hits.starting(number.end + 1, number.end + 2))
    if not product or not number.spelled or number.value <= 2:
        return False
    earlier = [n for n in scan.numbers.starting(bounds[0], number.start) if n.end < number.start]
    return any(counter_near(scan, bounds, n) for n in earlier)


def _is_aim(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether a bare number is where a product is to go ("raise Jira to 80.", "and needs 100")."""
    if number.spelled:
        return False
    near = scan.within(*bounds, "cues.to", "kinds.upgrade", "cues.want")
    to = [h for h in near if h.tag == "cues.to" and 0 <= number.start - h.end <= 2]
    raises = [h for h in near if h.tag == "kinds.upgrade"]
    if any(-1 <= t.start - h.end <= 2 or h.end == t.end for t in to for h in raises):
        return True  # "raise it to 120"
    if not scan.within(*bounds, "product"):
        return False
    stop = re.match(r"\s*(?:[.;,!)]|$|\n)|\s[^\W\d_]{1,4}\s", scan.folded[number.end : bounds[1]])
    wanted = stop and any(
        h.tag == "cues.want"
        and h.end <= number.start
        and re.fullmatch(r"\s{0,2}(?:[^\W\d_]{1,3}\s)?", scan.folded[h.end : number.start])
        for h in near
    )
    earlier = [n for n in scan.numbers.starting(bounds[0], number.start) if n.end < number.start and not n.spelled]
    verbs = [h for h in scan.within(number.start - 16, number.start, "cues.want") if number.start - h.end <= 1]
    if any(v.start - p.end <= 2 for v in verbs for p in scan.within(v.start - 40, v.start, "product")):
        return True  # "Jira needs 30 now"
    if wanted and any(counter_near(scan, bounds, n) for n in earlier):
        return True  # "50 users today, they need 80 in future"
    if any(h.tag == "cues.want" and h.end > number.end and h.start - number.end <= 2 for h in near):  # "100 nodig"
        return True
    ends = re.match(r"\s*(?:[.;,!)]|$|\n)", scan.folded[number.end : bounds[1]])
    raised = any(0 <= h.start - number.end <= 16 for h in raises)
    return bool(ends or raised) and bool(to)


def _is_single_han(scan: Scan, number: Number) -> bool:
    """Whether the number is one Han digit, which is mostly part of another word."""
    return number.spelled and number.end - number.start == 1


def _beside_product(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether the bare number stands directly beside a product or plan ("Confluence Premium 200", "50 x Jira")."""
    if number.spelled or 2020 <= number.value <= 2035:
        return False
    for hit in scan.within(*bounds, "product", "plans.standard", "plans.premium", "plans.enterprise"):
        if hit.end <= number.start and re.fullmatch(
            r"[\s()x×*:,\-]{0,5}(?:for\s)?(?:the\s)?(?:same\s)?", scan.folded[hit.end : number.start]
        ):
            return True
        of = scan.within(number.end, hit.start, "cues.of")
        between = scan.folded[number.end : hit.start]
        if number.end <= hit.start and (
            re.fullmatch(r"\s?[x×*]?\s?", between) or any(between.strip() == scan.folded[h.start : h.end] for h in of)
        ):
            return True
    return False


def _opener(scan: Scan, number: Number) -> bool:
    """Whether "from" stands directly before the number or, where languages put it there, directly after."""
    for hit in scan.hits.around(number.start - 12, number.end + 11):
        if hit.tag != "cues.from":
            continue
        before = scan.folded[hit.end : number.start] if hit.end <= number.start else None
        if before is not None and len(before) <= 12 and not re.search(r"[\d,，。.!?]", before):
            return True
        if hit.start >= number.end:
            gap = _without_counters(scan, number.end, hit.start)
            if len(gap.strip()) <= 2 and hit.start - number.end <= 10:
                return True
    return False


def _connector(scan: Scan, start: int, second: Number, limit: int) -> bool:
    """Whether "to" stands between the numbers or, where languages put it there, directly after the second."""
    if scan.within(start, second.start, "cues.to"):
        return True
    if _ARROW.search(scan.folded[start : second.start]):
        return True
    for hit in scan.within(second.end, min(limit, second.end + 14), "cues.to"):
        if len(_without_counters(scan, second.end, hit.start).strip()) <= 3:
            return True
    return False


def _range_word(scan: Scan, first: Number, second: Number, plain: str) -> bool:
    before = scan.hits.around(first.start - 4, first.start)
    opened = any(h.tag == "cues.between" and 0 <= first.start - h.end <= 4 for h in before)
    words = list(scan.within(first.end, second.start, "cues.range"))
    if not words:
        return False
    rest = plain
    for hit in words:
        rest = rest.replace(scan.folded[hit.start : hit.end], "", 1)
    ands = {(h.start, h.end) for h in scan.within(first.end, second.start, "cues.and")}
    joined = any((h.start, h.end) in ands for h in words)  # "between 10 and 20", but "10 and 20" are two
    return not rest.strip() and (opened or not joined)


def _without_counters(scan: Scan, start: int, end: int) -> str:
    text = scan.folded[start:end]
    for hit in scan.within(start, end, "counters.users"):
        text = text[: hit.start - start] + " " * (hit.end - hit.start) + text[hit.end - start :]
    return re.sub(r"个|個", " ", text)


def _is_increment(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    if re.match(r"\+\s?$", scan.folded[max(bounds[0], number.start - 2) : number.start][-1:]):
        return True
    for hit in scan.within(*bounds, "cues.more", "cues.more_before"):
        between = (min(hit.start, number.end), max(hit.end, number.start))
        to = [h for h in scan.hits.around(*between) if h.tag == "cues.to"]
        to = [h for h in to if not _lies_in(h, hit)]  # "a" in "20 usuários a mais"
        if any(between[0] < h.end <= between[1] and h.start < between[1] for h in to):
            continue  # "increase to 260"
        if hit.tag == "cues.more" and number.end <= hit.start <= number.end + 40:
            if scan.numbers.starting(hit.end, hit.end + 2):
                continue  # "Jira for 400 users and another 20 .."
            gap = _without_counters(scan, number.end, hit.start)
            named = scan.within(number.end, hit.start, "product")  # "25 Jira licences more"
            near = hit.start <= number.end + 16 or len(gap.strip()) <= sum(p.end - p.start for p in named) + 3
            if near and not re.search(r"[\d,，、。.!?\n]", gap):
                return True
        if hit.tag == "cues.more_before" and hit.end <= number.start:
            gap = scan.folded[hit.end : number.start]
            if len(gap) <= 6 and not re.search(r"[\d,，、。.!?]", gap):
                return True
    return False


def _lies_in(inner: Hit, outer: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and inner.end - inner.start < outer.end - outer.start


def _is_total(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    return any(
        -14 <= hit.start - number.end <= 14 and not re.search(r"[,，。]", scan.folded[number.end : hit.start])
        for hit in scan.within(*bounds, "cues.total")
    )


def _rejected(scan: Scan, bounds: tuple[int, int], number: Number) -> bool:
    """Whether the number is the one that no longer holds ("instead of 25", "100ではなく")."""
    for hit in scan.within(*bounds, "cues.instead_before", "cues.instead_after"):
        if hit.tag == "cues.instead_before" and 0 <= number.start - hit.end <= 12:
            return not re.search(r"[\d,，。.!?]", scan.folded[hit.end : number.start])
        if hit.tag == "cues.instead_after" and 0 <= hit.start - number.end <= 10:
            return len(_without_counters(scan, number.end, hit.start).strip()) <= 3
    return False


def bare_number(scan: Scan, bounds: tuple[int, int]) -> list[QuantityMention]:
    """A line that is nothing but a number, or a number and a plan ("50, Premium"): an answer to what was asked."""
    text = scan.folded[bounds[0] : bounds[1]]
    numbers = [n for n in scan.numbers.starting(*bounds) if n.end <= bounds[1]]
    if len(numbers) != 1 or numbers[0].spelled:
        return []
    rest = text[: numbers[0].start - bounds[0]] + text[numbers[0].end - bounds[0] :]
    for hit in scan.within(bounds[0], bounds[1], *_PLANS, "cues.please", "cues.total"):
        rest = rest.replace(scan.folded[hit.start : hit.end], " ", 1)
    if len(re.sub(r"[^\w]", "", rest)) > 6:
        return []
    return [QuantityMention(start=numbers[0].start, end=numbers[0].end, quantity=Users(numbers[0].value))]
