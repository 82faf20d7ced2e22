"""Issued quotes: one row per revision, never changed afterwards but for being superseded or withdrawn."""

import datetime as dt
from collections.abc import Sequence

import sqlalchemy as sa

from mailbot.domain.case import Case
from mailbot.domain.quote import Quote
from mailbot.domain.revision import as_revision
from mailbot.store.cases import SqlCaseStore
from mailbot.store.convert import quote_from_json, quote_to_json
from mailbot.store.tables import case_participants, cases, quotes
from mailbot.store.text import address_key
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
            "withdrawn": False,
            "snapshot": quote_to_json(issued),
        }
        self._connection.execute(_INSERT, row)
        self._cases.append(quote_issued(case.id, issued, at))
        return issued

    def withdraw(self, case_id: int, revision: int) -> None:
        """The revision never left, so it was never issued: the one before it holds again."""
        self._connection.execute(_WITHDRAW, {"case": case_id, "taken_back": revision})
        self._connection.execute(_HOLDS_AGAIN, {"case": case_id})

    def latest(self, case_id: int) -> Quote | None:
        """Return the newest issued quote of the case that was not withdrawn."""
        snapshot = self._connection.scalar(_LATEST, {"case_id": case_id})
        return None if snapshot is None else quote_from_json(snapshot)

    def issued_since(self, address: str, since: dt.datetime) -> Sequence[Quote]:
        """Return the quotes in force that were issued since then in cases in which the address takes part."""
        keys = {"address": address_key(address), "since": since}
        return [quote_from_json(snapshot) for snapshot in self._connection.scalars(_ISSUED_SINCE, keys)]


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

_not_withdrawn = ~quotes.c.withdrawn

_WITHDRAW = (
    sa.update(quotes)
    .where(quotes.c.case_id == sa.bindparam("case"), quotes.c.revision == sa.bindparam("taken_back"))
    .values(withdrawn=True)
)

_other = quotes.alias("other")
_newest = (
    sa.select(sa.func.max(_other.c.revision))
    .where(_other.c.case_id == sa.bindparam("case"), ~_other.c.withdrawn)
    .scalar_subquery()
)
_HOLDS_AGAIN = (
    sa.update(quotes)
    .where(quotes.c.case_id == sa.bindparam("case"), quotes.c.revision == _newest)
    .values(superseded=False)
)

_LATEST = (
    sa.select(quotes.c.snapshot)
    .where(quotes.c.case_id == sa.bindparam("case_id"), _not_withdrawn)
    .order_by(quotes.c.revision.desc())
    .limit(1)
)

_ISSUED_SINCE = (
    sa.select(quotes.c.snapshot)
    .join(case_participants, case_participants.c.case_id == quotes.c.case_id)
    .where(
        case_participants.c.address == sa.bindparam("address"),
        quotes.c.issued_at >= sa.bindparam("since"),
        ~quotes.c.superseded,
        ~quotes.c.withdrawn,
    )
    .order_by(quotes.c.id)
)
