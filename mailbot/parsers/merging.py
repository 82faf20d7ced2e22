"""Lines across the mails of a thread: completed, corrected, extended, dropped."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.evidence import Extracted
from mailbot.domain.request import Doubt, OneOf, RequestLine, UserRange, Users
from mailbot.parsers.reading import Reading


def merge_lines(readings: Sequence[Reading]) -> tuple[list[RequestLine], list[Doubt]]:
    """Return the lines after the last mail, and what is still doubtful about them.

    A later mail that states a line's count or plan settles an earlier doubt about it.
    """
    lines: list[RequestLine] = []
    doubts: list[Doubt] = []
    for reading in readings:
        known = len(lines)
        for line in reading.lines:
            i = _index(lines, line)
            if i is None:
                lines.append(line)
                continue
            lines[i] = _updated(lines[i], line)
            doubts = [d for d in doubts if not (d.path == f"lines[{i}].users" and line.quantity)]
            doubts = [d for d in doubts if not (d.path == f"lines[{i}].plan" and line.plan)]
        if reading.floating is not None:
            doubts = [] if lines[:known] else doubts
            lines = _spread(lines, reading.floating) if lines else [reading.floating]
        lines = [_settled(x, reading) for x in lines]
        kept = [x for x in lines if not (x.product and x.product.value in reading.dropped and x not in reading.lines)]
        lines = kept
        doubts += [d for d in reading.doubts if d.path.startswith("lines")] if not known else _moved(reading, lines)
    return lines, doubts


def _settled(line: RequestLine, reading: Reading) -> RequestLine:
    """Return the line as a number sets it: an open choice ("380 it is"), or one corrected ("not 400 but 500")."""
    choice = line.quantity.value if line.quantity else None
    for refused, number in reading.corrections:
        if choice == Users(refused):
            return replace(line, quantity=Extracted(Users(number.value), number.evidence))
    for number in reading.bare_numbers:
        inside = isinstance(choice, UserRange) and choice.low <= number.value <= choice.high
        if inside or (isinstance(choice, OneOf) and number.value in choice.counts):
            return replace(line, quantity=Extracted(Users(number.value), number.evidence))
    return line


def _index(lines: Sequence[RequestLine], line: RequestLine) -> int | None:
    for i, known in enumerate(lines):
        if line.product and known.product and line.product.value == known.product.value:
            return i
        if line.product is None and line.sen and known.sen and line.sen.value == known.sen.value:
            return i
    return None


def _updated(known: RequestLine, newer: RequestLine) -> RequestLine:
    return replace(
        known,
        plan=newer.plan or known.plan,
        plan_shared=newer.plan_shared if newer.plan else known.plan_shared,
        quantity=newer.quantity or known.quantity,
        from_users=known.from_users or newer.from_users,
        from_plan=known.from_plan or newer.from_plan,
        sen=newer.sen or known.sen,
    )


def _spread(lines: Sequence[RequestLine], floating: RequestLine) -> list[RequestLine]:
    """Give a count or plan without a product to the lines that lack it, or to the one whose count it replaces."""
    out = list(lines)
    if floating.quantity is not None:
        lacking = [i for i, x in enumerate(out) if x.quantity is None]
        if not lacking and floating.from_users is not None:
            lacking = [
                i for i, x in enumerate(out) if x.quantity and x.quantity.value == Users(floating.from_users.value)
            ]
        if not lacking and len(out) == 1:
            lacking = [0]
        for i in lacking or range(len(out)):
            out[i] = replace(out[i], quantity=floating.quantity)
    if floating.plan is not None:
        lacking = [i for i, x in enumerate(out) if x.plan is None] or list(range(len(out)))
        for i in lacking:
            out[i] = replace(out[i], plan=floating.plan, from_plan=out[i].from_plan or floating.from_plan)
    return out


def _moved(reading: Reading, lines: Sequence[RequestLine]) -> list[Doubt]:
    """Return a later mail's line doubts with the paths of the whole thread."""
    out = []
    for doubt in reading.doubts:
        if not doubt.path.startswith("lines["):
            continue
        number, _, rest = doubt.path[6:].partition("]")
        i = _index(lines, reading.lines[int(number)]) if int(number) < len(reading.lines) else None
        if i is not None:
            out.append(replace(doubt, path=f"lines[{i}]{rest}"))
    return out
