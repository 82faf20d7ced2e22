"""Issued quotes: one row per revision, never changed afterwards but for being superseded."""

import datetime as dt

import sqlalchemy as sa

from mailbot.domain.case import Case
from mailbot.domain.quote import Quote
from mailbot.domain.revision import as_revision
from mailbot.store.cases import SqlCaseStore
from mailbot.store.convert import quote_from_json, quote_to_json
from mailbot.store.tables import cases, quotes
from mailbot.store.trail import quote_issued


class SqlQuoteStore:
    """Keeps `ports.QuoteStore`."""

    def __init__(self, connection: sa.Connection, case_store: SqlCaseStore) -> None:
        self._connection = connection
        self._cases = case_store

    def issue(self, case: Case, quote: Quote, at: dt.datetime) -> Quote:
        """Record the quote as the next revision of the case and return it numbered; KeyError without the case."""
        revision = self._connection.scalar(_NEXT_REVISION, {"case": case.id})
        if revision is None:
            raise KeyError(case.id)
        issued = as_revision(quote, case.number, revision, self.latest(case.id) if revision > 1 else None)
        if revision > 1:
            self._connection.execute(_SUPERSEDE, {"case": case.id})
        row = {
            "case_id": case.id,
            "number": case.number,
            "revision": revision,
            "issued_at": at,
            "superseded": False,
            "snapshot": quote_to_json(issued),
        }
        self._connection.execute(_INSERT, row)
        self._cases.append(quote_issued(case.id, issued, at))
        return issued

    def latest(self, case_id: int) -> Quote | None:
        """Return the newest issued quote of the case."""
        snapshot = self._connection.scalar(_LATEST, {"case_id": case_id})
        return None if snapshot is None else quote_from_json(snapshot)


_INSERT = sa.insert(quotes)

_NEXT_REVISION = (
    sa.update(cases)
    .where(cases.c.id == sa.bindparam("case"))
    .values(revision=cases.c.revision + 1)
    .returning(cases.c.revision)
)

_SUPERSEDE = (
    sa.update(quotes).where(quotes.c.case_id == sa.bindparam("case"), ~quotes.c.superseded).values(superseded=True)
)

_LATEST = (
    sa.select(quotes.c.snapshot)
    .where(quotes.c.case_id == sa.bindparam("case_id"))
    .order_by(quotes.c.revision.desc())
    .limit(1)
)
