"""A lower tier or plan than a running subscription has (policy section 4)."""

from collections.abc import Iterator

from mailbot.domain.quote import Formula
from mailbot.handlers.completed import Treatment
from mailbot.handlers.view import Notice, View


def notices(view: View) -> Iterator[Notice]:
    """Notice a lowered line, and one whose price difference is negative: nothing is paid back. Renewals may go down."""
    for request in view.requests:
        for index, line in enumerate(request.lines):
            if line.held and line.treatment(request.kind, view.today) is Treatment.LOWERED:
                note = f"less than {line.held.plan} {line.held.tier} of {line.held.sen}"
                users = line.resolved.users
                yield Notice(note, f"lines[{index}].users", users.evidence if users else ())
    for priced in view.draft.lines if view.draft else ():
        if any(step.formula is Formula.DIFFERENCE and step.amount < 0 for step in priced.steps):
            yield Notice(f"the price book has {priced.product} {priced.plan} {priced.tier} below what runs", "lines")
