"""Tables that set things side by side: two parties, what there is and what is wanted, or several products."""

from collections.abc import Iterator, Sequence

from mailbot.parsers.scan import Scan

_PARTIES = ("reseller", "customer")
NOW, THEN = "now", "then"
_PRODUCT = "product:"

Side = str | None
"""What a column holds: a party, `now`, `then`, `product:` and a product's key, or None for the labels."""

Span = tuple[int, int]


def sides_of(scan: Scan, cells: Sequence[Span], tags: Sequence[frozenset[str]]) -> tuple[Side, ...]:
    """Return the sides that a table's first row heads, or nothing when it heads none.

    "Reseller | Customer" and "Today | After the change", with or without an empty cell above the labels.
    """
    products = _products_across(scan, cells)
    if products:
        return products
    filled = [i for i, (a, b) in enumerate(cells) if scan.text[a:b].strip()]
    if len(filled) != 2 or filled[0] > 1 or filled[1] != filled[0] + 1:
        return ()
    first, second = (tags[i] for i in filled)
    parties = [next((p for p in _PARTIES if p in t), None) for t in (first, second)]
    if {*parties} == {*_PARTIES}:
        return (None, *parties)
    a, b = cells[filled[1]]
    names = any(marks.starting(a, b) for marks in (scan.numbers, scan.emails, scan.sites))
    names = names or bool(scan.within(a, b, "product"))
    if first and first <= {"users_now"} and not names and not second - {"users"}:
        return (None, NOW, THEN)
    return ()


def side_by_side(
    sides: Sequence[Side], cells: Sequence[Span], tags: frozenset[str]
) -> Iterator[tuple[frozenset[str], Span, str | None]]:
    """Yield the values of a row as pairs: their label's tags, where they stand, and the party that they are of."""
    for side, cell in zip(sides, cells, strict=True):
        if side in _PARTIES:
            yield tags | {side}, cell, side
        elif side == NOW and "users" in tags:
            yield tags | {"users_now"}, cell, None
        elif side == THEN:
            yield tags - {"users_now"}, cell, None


def product_row(
    scan: Scan, sides: Sequence[Side], cells: Sequence[Span], tags: frozenset[str]
) -> list[tuple[frozenset[str], Span, str]]:
    """Return the values of a row below products: what its label says of each, where it stands, and the product."""
    products = [(side or "").removeprefix(_PRODUCT) for side in sides]
    if not (sides[-1] or "").startswith(_PRODUCT):
        return []
    counts = [bool(scan.numbers.starting(a, b)) for a, b in cells[1:]]
    if not tags and all(counts) and scan.within(*cells[0], "cues.want", "cues.to", "kinds.renewal", "kinds.upgrade"):
        tags = frozenset({"users"})
    if not tags & {"users", "users_now", "plan"}:
        return []
    return [(tags, cell, product) for cell, product in zip(cells, products, strict=True) if product]


def _products_across(scan: Scan, cells: Sequence[Span]) -> tuple[Side, ...]:
    """Return the sides of a head whose cells name a product each, beside an empty one above the labels."""
    if len(cells) < 3 or scan.text[slice(*cells[0])].strip():
        return ()
    named = [scan.within(a, b, "product") for a, b in cells[1:]]
    keys = [hits[0].key for hits in named if hits]
    counted = any(scan.numbers.starting(a, b) for a, b in cells)
    if len(keys) != len(named) or len(set(keys)) != len(keys) or counted:
        return ()
    return (None, *(_PRODUCT + key for key in keys))
