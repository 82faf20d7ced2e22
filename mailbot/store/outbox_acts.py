"""What persons do with replies that have not left: the statements."""

import sqlalchemy as sa

from mailbot.domain.outgoing import OUTCOME_UNKNOWN, STUCK, OutboxState
from mailbot.store.tables import outbox

_STUCK = outbox.c.state.in_(sorted(state.value for state in STUCK))
_may_have_arrived = sa.func.coalesce(outbox.c.last_error, "").startswith(OUTCOME_UNKNOWN, autoescape=True)
_of_case = outbox.c.case_id == sa.bindparam("of_case")
_of_ids = outbox.c.id.in_(sa.bindparam("ids", expanding=True))
_withdrawn = {
    "state": OutboxState.WITHDRAWN.value,
    "fence": outbox.c.fence + 1,
    "finished_at": sa.bindparam("now"),
}

RELEASE = (
    sa.update(outbox)
    .where(outbox.c.id == sa.bindparam("entry_id"), _STUCK)
    .values(
        state=OutboxState.READY.value,
        phase=None,
        fence=outbox.c.fence + 1,
        due_at=sa.bindparam("new_due_at"),
        finished_at=None,
        last_error=None,
    )
)

WITHDRAW = (
    sa.update(outbox)
    .where(_of_ids, outbox.c.state == OutboxState.READY.value, ~_may_have_arrived)
    .values(_withdrawn)
    .returning(*outbox.c, sa.literal(b"").label("raw"))
)

SET_ASIDE = sa.update(outbox).where(_of_case, _STUCK).values(_withdrawn).returning(outbox.c.id)

TAKE_UP_AGAIN = (
    sa.update(outbox)
    .where(_of_ids, outbox.c.state == OutboxState.WITHDRAWN.value)
    .values(
        state=sa.case((_may_have_arrived, OutboxState.UNKNOWN.value), else_=OutboxState.FAILED.value),
        fence=outbox.c.fence + 1,
    )
)
