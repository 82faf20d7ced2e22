"""What every poll asks stays quick however much mail is kept: the questions are answered from partial indexes."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from mailbot.ports import UnitOfWork
from mailbot.store import open_store
from tests.support.fakes import FakeClock
from tests.support.samples import MAILBOX, NOW


@pytest.mark.parametrize(
    ("ask", "index"),
    [
        (lambda uow: uow.inbox.claim_next(lease_seconds=60), "ix_inbox_new"),
        (lambda uow: uow.inbox.claim_next(lease_seconds=60), "ix_inbox_new_sender"),
        (lambda uow: uow.inbox.oldest_waiting(), "ix_inbox_new"),
        (lambda uow: uow.inbox.to_file_away(MAILBOX, 7), "ix_inbox_unfiled"),
        (lambda uow: uow.outbox.claim_due(NOW, lease_seconds=60), "ix_outbox_unsent"),
        (lambda uow: uow.outbox.claim_abandoned(NOW, lease_seconds=60), "ix_outbox_unsent"),
    ],
)
def test_a_poll_is_answered_from_a_partial_index(
    sqlite_url: str, ask: Callable[[UnitOfWork], object], index: str
) -> None:
    store = open_store(sqlite_url, FakeClock())
    plans: list[str] = []

    def explain(
        connection: sa.Connection, _cursor: object, statement: str, parameters: tuple[object, ...], *_: object
    ) -> None:
        if not statement.startswith(("EXPLAIN", "BEGIN")):
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row.detail for row in plan)

    sa.event.listen(store._engine, "before_cursor_execute", explain)
    with store.begin() as uow:
        ask(uow)
    store.close()
    assert any(f"INDEX {index} " in f"{plan} " for plan in plans), plans
    through_all = [plan for plan in plans if plan.startswith("SCAN") and "INDEX" not in plan]
    assert not through_all, "every row that was ever kept is looked at"
