"""Tables that set two things side by side: reseller and customer, or what there is and what is wanted."""

from collections.abc import Iterator, Sequence

from mailbot.parsers.scan import Scan

_PARTIES = ("reseller", "customer")
NOW, THEN = "now", "then"

Side = str | None
"""What a column holds: a party, `now`, `then`, or None for the labels."""

Span = tuple[int, int]


def sides_of(scan: Scan, cells: Sequence[Span], tags: Sequence[frozenset[str]]) -> tuple[Side, ...]:
    """Return the sides that a table's first row heads, or nothing when it heads none.

    "Reseller | Customer" and "Today | After the change", with or without an empty cell above the labels.
    """
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
