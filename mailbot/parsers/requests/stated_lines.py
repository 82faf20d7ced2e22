"""The lines of a message: body and files first, the subject fills in or contradicts."""

from collections.abc import Mapping, Sequence

from mailbot.domain.evidence import Evidence
from mailbot.domain.request import Doubt, Reason, RequestLine
from mailbot.parsers.requests.answers import Asked
from mailbot.parsers.requests.block import Block
from mailbot.parsers.requests.lines import LineBook


def lines_of(
    blocks: Sequence[Block], subject: Block, old_subject: bool, asked: Mapping[int, Asked], doubts: list[Doubt]
) -> tuple[list[RequestLine], list[Doubt], RequestLine | None, set[str]]:
    """Return the lines of body and files; the subject fills in or contradicts."""
    book = LineBook()
    for block in blocks:
        book.read(block.scan, block.units, asked if block.scan.part == "body" else None)
    dropped = set(book.dropped)
    lines, line_doubts, floating = book.finish()
    if old_subject:
        return lines, line_doubts, floating, dropped
    above = LineBook()
    above.read(subject.scan, subject.units)
    titled, _, loose = above.finish()
    if not lines:
        lines = [filled(line, floating) for line in titled]
        return lines, line_doubts, None if titled else floating or loose, dropped
    for title in titled:
        same = next((x for x in lines if x.product and title.product and x.product.value == title.product.value), None)
        if same is None:
            continue
        for path, a, b in (("users", same.quantity, title.quantity), ("plan", same.plan, title.plan)):
            differs = a is not None and b is not None and a.value != b.value
            if differs and not (
                path == "users" and same.from_users and b and getattr(b.value, "count", 0) == same.from_users.value
            ):
                i = lines.index(same)
                evidence: tuple[Evidence, ...] = (*(a.evidence if a else ()), *(b.evidence if b else ()))
                line_doubts.append(
                    Doubt(
                        reason=Reason.CONFLICTING_VALUES,
                        path=f"lines[{i}].{path}",
                        evidence=evidence,
                        note="subject and body differ",
                    )
                )
        i = lines.index(same)
        lines[i] = filled(same, title)
    if len(titled) == 1 and len(lines) == 1 and lines[0].product is None and lines[0].unknown is None:
        lines[0] = filled(lines[0], titled[0])
    if loose is not None:
        lines = [filled(line, loose) for line in lines]
    return lines, line_doubts, floating, dropped


def filled(line: RequestLine, other: RequestLine | None) -> RequestLine:
    """Return the line with what it lacks taken from another statement of it."""
    if other is None:
        return line
    return RequestLine(
        product=line.product or (other.product if line.unknown is None else None),
        plan=line.plan or other.plan,
        plan_shared=line.plan_shared if line.plan else other.plan_shared,
        quantity=line.quantity or other.quantity,
        from_users=line.from_users or other.from_users,
        from_plan=line.from_plan or other.from_plan,
        unknown=line.unknown or other.unknown,
        sen=line.sen or other.sen,
    )
