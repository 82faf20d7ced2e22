"""Review items: what waits for a person, one open item per case."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from mailbot.domain.case import Case, InboxEntry, ReviewItem
from mailbot.domain.decision import Decision
from mailbot.domain.errors import StaleCase
from mailbot.store.cases import SqlCaseStore
from mailbot.store.columns import AnyRow
from mailbot.store.convert import decision_from_json, decision_to_json
from mailbot.store.tables import OPEN_ITEM, cases, inbox, review_items

REPLACED = "replaced"
"""Settlement of an item whose case came to a newer decision."""

UNREAD_LANGUAGE = "en"
"""Language of a case whose mail could not be read."""


class SqlReviewStore:
    """Keeps `ports.ReviewStore`."""

    def __init__(self, connection: sa.Connection, case_store: SqlCaseStore) -> None:
        self._connection = connection
        self._cases = case_store

    def open(self, case: Case, decision: Decision, inbox_id: int, at: dt.datetime) -> int:
        """Add an item and return its id; an open item of the same case is replaced by the new one."""
        return self._open(case.id, inbox_id, at, decision=decision_to_json(decision), cause="")

    def open_for_parked(self, entry: InboxEntry, cause: str, at: dt.datetime) -> int:
        """Add an item for a mail that could not be processed, in its case or a new one, and return its id."""
        case_id = entry.case_id
        if case_id is None:
            sender = self._connection.scalar(_SENDER, {"inbox_id": entry.id})
            case_id = self._cases.open_for(sender, language=UNREAD_LANGUAGE, subject="", at=at).id
        return self._open(case_id, entry.id, at, decision=None, cause=cause)

    def list(self, *, settled: bool = False, limit: int = 200) -> Sequence[ReviewItem]:
        """Return items, oldest first."""
        where = review_items.c.settled_at.is_not(None) if settled else OPEN_ITEM
        statement = _ITEMS.where(where).order_by(review_items.c.id).limit(limit)
        return [_item(row) for row in self._connection.execute(statement)]

    def get(self, item_id: int) -> ReviewItem | None:
        """Return one item."""
        row = self._connection.execute(_ITEMS.where(review_items.c.id == item_id)).first()
        return None if row is None else _item(row)

    def settle(self, item_id: int, *, by: str, settlement: str, note: str, at: dt.datetime) -> None:
        """Mark as settled; raises StaleCase when it already is, KeyError when there is no such item."""
        values = {"item": item_id, "new_by": by, "new_settlement": settlement, "new_note": note, "new_at": at}
        if self._connection.execute(_SETTLE, values).rowcount:
            return
        item = self.get(item_id)
        if item is None:
            raise KeyError(item_id)
        raise StaleCase(f"review item {item_id} of {item.case_number} is settled already: {item.settlement}")

    def _open(self, case_id: int, inbox_id: int, at: dt.datetime, *, decision: str | None, cause: str) -> int:
        self._connection.execute(_REPLACE, {"case": case_id, "new_settlement": REPLACED, "new_at": at})
        row = {
            "case_id": case_id,
            "inbox_id": inbox_id,
            "opened_at": at,
            "decision": decision,
            "cause": cause,
            "note": "",
        }
        return int(self._connection.execute(_INSERT, row).scalar_one())


def _item(row: AnyRow) -> ReviewItem:  # the row's columns are those of `_ITEMS`
    decision = None if row.decision is None else decision_from_json(row.decision)
    return ReviewItem(
        id=row.id,
        case_id=row.case_id,
        case_number=row.case_number,
        opened_at=row.opened_at,
        findings=decision.findings if decision else (),
        decision=decision,
        inbox_id=row.inbox_id,
        settled_at=row.settled_at,
        settled_by=row.settled_by,
        settlement=row.settlement,
        note=row.note,
        cause=row.cause,
    )


_INSERT = sa.insert(review_items).returning(review_items.c.id)

_ITEMS = sa.select(review_items, cases.c.number.label("case_number")).join(cases, cases.c.id == review_items.c.case_id)

_SENDER = sa.select(inbox.c.sender).where(inbox.c.id == sa.bindparam("inbox_id"))

_SETTLE = (
    sa.update(review_items)
    .where(review_items.c.id == sa.bindparam("item"), review_items.c.settled_at.is_(None))
    .values(
        settled_at=sa.bindparam("new_at"),
        settled_by=sa.bindparam("new_by"),
        settlement=sa.bindparam("new_settlement"),
        note=sa.bindparam("new_note"),
    )
)

_REPLACE = (
    sa.update(review_items)
    .where(review_items.c.case_id == sa.bindparam("case"), review_items.c.settled_at.is_(None))
    .values(settled_at=sa.bindparam("new_at"), settled_by="machine", settlement=sa.bindparam("new_settlement"))
)
