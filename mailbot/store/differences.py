"""What an import would change in what is on file."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from mailbot.domain.file import PriceBook, Records, TaxRate
from mailbot.domain.message import Desk
from mailbot.store.convert import desk_from_json, price_book_from_json, taxes_from_json
from mailbot.store.tables import contacts, entitlements, record_imports

Rows = Mapping[tuple[str, ...], str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """A row that comes (`before` empty), goes (`after` empty) or changes. `table` is `prices`, `entitlements`, ..."""

    table: str
    key: tuple[str, ...]
    before: str
    after: str


def differences(connection: sa.Connection, records: Records, desk: Desk) -> list[Difference]:
    """Return the differences between what is on file and what is to be imported, table by table, by key."""
    newest = connection.execute(_NEWEST).first()
    book = price_book_from_json(newest.price_book, newest.version) if newest else PriceBook(version="", prices={})
    tables = {
        "prices": (_prices(book), _prices(records.price_book)),
        "entitlements": (_entitlements_on_file(connection), _entitlements(records)),
        "contacts": (_contacts_on_file(connection), _contacts(records)),
        "taxes": (_taxes(taxes_from_json(newest.taxes) if newest else ()), _taxes(records.taxes)),
        "desk": (_desk(desk_from_json(newest.desk) if newest else Desk()), _desk(desk)),
    }
    return [found for table, (before, after) in tables.items() for found in _compared(table, before, after)]


def _compared(table: str, before: Rows, after: Rows) -> Iterator[Difference]:
    for key in sorted({*before, *after}):
        if before.get(key) != after.get(key):
            yield Difference(table=table, key=key, before=before.get(key, ""), after=after.get(key, ""))


def _prices(book: PriceBook) -> Rows:
    return {
        (product, plan, currency, f"{tier:>7}"): f"{price:,.2f}"
        for (product, plan, currency), tiers in book.prices.items()
        for tier, price in tiers.items()
    }


def _entitlements(records: Records) -> Rows:
    return {
        (e.sen,): _joined(e.site, e.customer, e.product, e.plan, e.tier, e.currency, e.end_date)
        for e in records.sens.values()
    }


def _entitlements_on_file(connection: sa.Connection) -> Rows:
    return {
        (e.sen,): _joined(e.site, e.customer, e.product, e.plan, e.tier, e.currency, e.end_date)
        for e in connection.execute(sa.select(entitlements))
    }


def _contacts(records: Records) -> Rows:
    return {(c.site, c.email, c.role): c.name for site in records.sites.values() for c in site.contacts}


def _contacts_on_file(connection: sa.Connection) -> Rows:
    return {(c.site, c.email, c.role): c.name for c in connection.execute(sa.select(contacts))}


def _taxes(taxes: Iterable[TaxRate]) -> Rows:
    return {(tax.country, tax.region or ""): f"{tax.name} {tax.rate}" for tax in taxes}


def _desk(desk: Desk) -> Rows:
    told = {"address": desk.address or "", "aliases": ", ".join(desk.aliases)}
    told["trusted_authserv_ids"] = ", ".join(desk.trusted_authserv_ids)
    return {(key,): value for key, value in told.items() if value}


def _joined(*values: Hashable) -> str:
    return ", ".join(map(str, values))


_NEWEST = sa.select(record_imports).order_by(record_imports.c.id.desc()).limit(1)
