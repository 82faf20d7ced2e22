"""Review items: what waits for a person, one open item per case."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from mailbot.domain.case import Case, InboxEntry, ReviewItem
from mailbot.domain.decision import Decision
from mailbot.domain.errors import StaleCase
from mailbot.store.cases import SqlCaseStore
from mailbot.store.columns import AnyRow, CleanText
from mailbot.store.convert import decision_from_json, decision_to_json
from mailbot.store.gist import gist
from mailbot.store.staff_tables import queue
from mailbot.store.tables import OPEN_ITEM, cases, inbox, review_items
from mailbot.store.trail import review_opened

REPLACED = "replaced"
"""Settlement of an item whose case came to a newer decision."""

UNREAD_LANGUAGE = "en"
"""Language of a case whose mail could not be read."""


class SqlReviewStore:
    """Keeps `ports.ReviewStore`."""

    def __init__(self, connection: sa.Connection, case_store: SqlCaseStore) -> None:
        self._connection = connection
        self._cases = case_store

    def open(self, case: Case, decision: Decision, inbox_id: int, at: dt.datetime, *, note: str = "") -> int:
        """Add an item and return its id; an open item of the same case is replaced by the new one."""
        self.close_for(case, at)
        return self._add(case.id, inbox_id, at, decision=decision, note=note)

    def open_for_parked(self, entry: InboxEntry, cause: str, at: dt.datetime) -> int:
        """Add an item for a mail that could not be processed, in its case or a new one, and return its id."""
        case_id = entry.case_id
        if case_id is None:
            sender = self._connection.scalar(_SENDER, {"inbox_id": entry.id})
            case_id = self._cases.open_for(sender, language=UNREAD_LANGUAGE, subject="", at=at).id
            self._connection.execute(_LINK, {"entry_id": entry.id, "new_case": case_id})
        self._replace(case_id, at)
        return self._add(case_id, entry.id, at, decision=None, note=cause)

    def open_for_case(self, case: Case, cause: str, inbox_id: int | None, at: dt.datetime) -> int:
        """Add an item without a decision, `cause` as its note, and return its id.

        An open item of the case stays as it is and gets the cause added to its note. Without `inbox_id` the item
        shows the case's newest mail.
        """
        open_id = self._connection.scalar(_ADD_TO_NOTE, {"case": case.id, "new_note": cause})
        if open_id is not None:
            return int(open_id)
        shown = inbox_id or self._connection.execute(_NEWEST_MAIL, {"case_id": case.id}).scalar_one()
        return self._add(case.id, shown, at, decision=None, note=cause)

    def close_for(self, case: Case, at: dt.datetime) -> bool:
        """Settle the case's open item, if there is one, as `replaced`; return whether there was one."""
        return self._replace(case.id, at)

    def list(self, *, settled: bool = False, limit: int = 200) -> Sequence[ReviewItem]:
        """Return items, oldest first."""
        where = review_items.c.settled_at.is_not(None) if settled else OPEN_ITEM
        statement = _ITEMS.where(where).order_by(review_items.c.id).limit(limit)
        return [_item(row) for row in self._connection.execute(statement)]

    def count_open(self) -> int:
        """Return how many items wait."""
        return self._connection.scalar(_COUNT_OPEN) or 0

    def get(self, item_id: int) -> ReviewItem | None:
        """Return one item."""
        row = self._connection.execute(_ITEMS.where(review_items.c.id == item_id)).first()
        return None if row is None else _item(row)

    def settle(self, item_id: int, *, by: str, settlement: str, note: str, at: dt.datetime) -> None:
        """Mark as settled; raises StaleCase when it already is, KeyError when there is no such item."""
        values = {"item": item_id, "new_by": by, "new_settlement": settlement, "new_note": note, "new_at": at}
        if self._connection.execute(_SETTLE, values).rowcount:
            self._connection.execute(_LEAVE_QUEUE, {"item": item_id})
            return
        item = self.get(item_id)
        if item is None:
            raise KeyError(item_id)
        raise StaleCase(f"review item {item_id} of {item.case_number} is settled already: {item.settlement}")

    def _replace(self, case_id: int, at: dt.datetime) -> bool:
        done = self._connection.execute(_REPLACE, {"case": case_id, "new_settlement": REPLACED, "new_at": at})
        self._connection.execute(_LEAVE_QUEUE_OF_CASE, {"case": case_id})
        return done.rowcount > 0

    def _add(self, case_id: int, inbox_id: int, at: dt.datetime, *, decision: Decision | None, note: str) -> int:
        row = {
            "case_id": case_id,
            "inbox_id": inbox_id,
            "opened_at": at,
            "decision": None if decision is None else decision_to_json(decision),
            "note": note,
        }
        item_id = int(self._connection.execute(_INSERT, row).scalar_one())
        shown = self._connection.execute(_SHOWN, {"case_id": case_id, "inbox_id": inbox_id}).one()
        line = gist(decision, language=shown.language, sender=shown.sender or "")
        self._connection.execute(_QUEUE, {"item_id": item_id, "case_id": case_id, "opened_at": at, **line})
        self._cases.append(review_opened(case_id, item_id, decision, at))
        return item_id


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
    )


_INSERT = sa.insert(review_items).returning(review_items.c.id)

_QUEUE = sa.insert(queue)

_LEAVE_QUEUE = sa.delete(queue).where(queue.c.item_id == sa.bindparam("item"))

_LEAVE_QUEUE_OF_CASE = sa.delete(queue).where(queue.c.case_id == sa.bindparam("case"))

_SHOWN = (
    sa.select(cases.c.language, inbox.c.sender)
    .select_from(cases.join(inbox, inbox.c.id == sa.bindparam("inbox_id")))
    .where(cases.c.id == sa.bindparam("case_id"))
)

_ITEMS = sa.select(review_items, cases.c.number.label("case_number")).join(cases, cases.c.id == review_items.c.case_id)

_COUNT_OPEN = sa.select(sa.func.count()).select_from(review_items).where(OPEN_ITEM)

_SENDER = sa.select(inbox.c.sender).where(inbox.c.id == sa.bindparam("inbox_id"))

_LINK = sa.update(inbox).where(inbox.c.id == sa.bindparam("entry_id")).values(case_id=sa.bindparam("new_case"))

_NEWEST_MAIL = sa.select(sa.func.max(inbox.c.id)).where(inbox.c.case_id == sa.bindparam("case_id"))

_new_note = sa.bindparam("new_note", type_=CleanText)
_note_with_new = sa.case(
    (review_items.c.note == "", _new_note),
    (_new_note == "", review_items.c.note),
    else_=review_items.c.note + "\n" + _new_note,
)

_ADD_TO_NOTE = (
    sa.update(review_items)
    .where(review_items.c.case_id == sa.bindparam("case"), review_items.c.settled_at.is_(None))
    .values(note=_note_with_new)
    .returning(review_items.c.id)
)

_SETTLE = (
    sa.update(review_items)
    .where(review_items.c.id == sa.bindparam("item"), review_items.c.settled_at.is_(None))
    .values(
        settled_at=sa.bindparam("new_at"),
        settled_by=sa.bindparam("new_by"),
        settlement=sa.bindparam("new_settlement"),
        note=_note_with_new,
    )
)

_REPLACE = (
    sa.update(review_items)
    .where(review_items.c.case_id == sa.bindparam("case"), review_items.c.settled_at.is_(None))
    .values(settled_at=sa.bindparam("new_at"), settled_by="machine", settlement=sa.bindparam("new_settlement"))
)
