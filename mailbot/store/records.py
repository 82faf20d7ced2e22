"""What the vendor has on file, in the database: replaced whole by an import, read in part by a decision."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mailbot.domain.file import Contact, Entitlement, PriceBook, Records, SiteFile, TaxRate
from mailbot.domain.message import Desk
from mailbot.store.columns import AnyRow
from mailbot.store.convert import (
    desk_from_json,
    desk_to_json,
    price_book_from_json,
    price_book_to_json,
    taxes_from_json,
    taxes_to_json,
)
from mailbot.store.service_tables import erased
from mailbot.store.tables import contacts, entitlements, record_imports
from mailbot.store.text import address_hash, address_key


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """The parts of an import that are read whole; they never change, so they are kept by the import's number."""

    id: int
    price_book: PriceBook
    taxes: tuple[TaxRate, ...]
    desk: Desk


NOTHING_IMPORTED = Imported(id=0, price_book=PriceBook(version="", prices={}), taxes=(), desk=Desk())


class ImportCache:
    """The import last read in this process."""

    def __init__(self) -> None:
        self.imported = NOTHING_IMPORTED


class SqlRecordStore:
    """Keeps `ports.RecordStore`."""

    def __init__(self, connection: sa.Connection, cache: ImportCache) -> None:
        self._connection = connection
        self._cache = cache

    def for_requests(self, sites: Iterable[str], sens: Iterable[str], emails: Iterable[str]) -> Records:
        """Return the price book in force, taxes, and the files of these sites, SENs' sites and contacts' sites.

        `contact_sites` holds the addresses asked for.
        """
        asked = {address_key(email) for email in emails}
        keys = {"sites": sorted(set(sites)), "sens": sorted(set(sens)), "emails": sorted(asked)}
        found = self._connection.execute(_FOR_REQUESTS, keys).all()  # one statement, so that no import comes between
        rows = sorted(found, key=lambda row: row.id or 0)  # in the order of the data files
        imported = self._imported(next(row.id for row in rows if row.what == "import") or 0)
        return _records(
            imported,
            [_entitlement(row) for row in rows if row.what == "entitlement"],
            [_contact(row) for row in rows if row.what == "contact"],
            asked,
        )

    def replace(self, records: Records, desk: Desk, at: dt.datetime) -> None:
        """Replace everything on file in one transaction; earlier price books stay on record.

        Contacts whose address was erased on request do not come back.
        """
        gone = set(self._connection.scalars(_ERASED))
        self._connection.execute(sa.delete(entitlements))
        self._connection.execute(sa.delete(contacts))
        subscriptions = [_entitlement_row(entitlement) for entitlement in _all_entitlements(records)]
        on_file = (contact for file in records.sites.values() for contact in file.contacts)
        people = [_contact_row(c) for c in on_file if address_hash(address_key(c.email)) not in gone]
        for table, rows in ((entitlements, subscriptions), (contacts, people)):
            if rows:
                self._connection.execute(sa.insert(table), rows)
        self._connection.execute(
            sa.insert(record_imports),
            {
                "imported_at": at,
                "version": records.price_book.version,
                "price_book": price_book_to_json(records.price_book),
                "taxes": taxes_to_json(records.taxes),
                "desk": desk_to_json(desk),
            },
        )

    def desk(self) -> Desk:
        """Return our own identity as last imported; an empty one before the first import."""
        return self._imported(self._connection.scalar(_NEWEST_IMPORT) or 0).desk

    def _imported(self, import_id: int) -> Imported:
        if self._cache.imported.id == import_id:
            return self._cache.imported
        row = self._connection.execute(_IMPORT, {"import_id": import_id}).one()
        imported = Imported(
            id=row.id,
            price_book=price_book_from_json(row.price_book, row.version),
            taxes=taxes_from_json(row.taxes),
            desk=desk_from_json(row.desk),
        )
        self._cache.imported = imported
        return imported


def _all_entitlements(records: Records) -> Iterable[Entitlement]:
    by_sen = {e.sen: e for file in records.sites.values() for e in file.entitlements} | dict(records.sens)
    return by_sen.values()


def _records(
    imported: Imported, subscriptions: Sequence[Entitlement], people: Sequence[Contact], asked: set[str]
) -> Records:
    owned: defaultdict[str, list[Entitlement]] = defaultdict(list)
    named: defaultdict[str, list[Contact]] = defaultdict(list)
    contact_sites: defaultdict[str, set[str]] = defaultdict(set)
    for entitlement in subscriptions:
        owned[entitlement.site].append(entitlement)
    for contact in people:
        named[contact.site].append(contact)
        if address_key(contact.email) in asked:
            contact_sites[address_key(contact.email)].add(contact.site)
    return Records(
        price_book=imported.price_book,
        sites={
            site: SiteFile(site=site, entitlements=tuple(owned[site]), contacts=tuple(named[site]))
            for site in sorted(owned.keys() | named.keys())
        },
        sens={entitlement.sen: entitlement for entitlement in subscriptions},
        contact_sites={email: frozenset(found) for email, found in contact_sites.items()},
        taxes=imported.taxes,
    )


def _entitlement_row(entitlement: Entitlement) -> dict[str, object]:
    return {name: getattr(entitlement, name) for name in _ENTITLEMENT_COLUMNS}


def _contact_row(contact: Contact) -> dict[str, object]:
    return {
        "site": contact.site,
        "name": contact.name,
        "email": contact.email,
        "email_key": address_key(contact.email),
        "role": contact.role,
    }


def _entitlement(row: AnyRow) -> Entitlement:  # the row's columns are those of `_FOR_REQUESTS`
    return Entitlement(
        sen=row.key,
        site=row.site,
        customer=row.name,
        product=row.product,
        plan=row.plan,
        tier=row.tier,
        currency=row.currency,
        end_date=row.end_date,
    )


def _contact(row: AnyRow) -> Contact:  # the row's columns are those of `_FOR_REQUESTS`
    return Contact(site=row.site, name=row.name, email=row.key, role=row.role)


_ENTITLEMENT_COLUMNS = [column.name for column in entitlements.c if column.name != "id"]

_NEWEST_IMPORT = sa.select(sa.func.max(record_imports.c.id))
_ERASED = sa.select(erased.c.address_hash)

_IMPORT = sa.select(record_imports).where(record_imports.c.id == sa.bindparam("import_id"))

_concerned = (
    sa.select(entitlements.c.site)
    .where(entitlements.c.sen.in_(sa.bindparam("sens", expanding=True)))
    .union(sa.select(contacts.c.site).where(contacts.c.email_key.in_(sa.bindparam("emails", expanding=True))))
    .subquery()
)


def _of_sites(column: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    asked = column.in_(sa.bindparam("sites", expanding=True))
    return sa.or_(asked, column.in_(sa.select(_concerned.c.site)))


def _nothing(*names: str) -> list[sa.ColumnElement[Any]]:  # Any: NULLs of several types
    types: dict[str, sa.types.TypeEngine[Any]] = {"tier": sa.Integer(), "end_date": sa.Date()}
    return [sa.cast(sa.null(), types.get(name, sa.Text())).label(name) for name in names]


_FOR_REQUESTS = sa.union_all(
    sa.select(
        sa.literal("entitlement").label("what"),
        entitlements.c.id,
        entitlements.c.sen.label("key"),
        entitlements.c.site,
        entitlements.c.customer.label("name"),
        entitlements.c.product,
        entitlements.c.plan,
        entitlements.c.tier,
        entitlements.c.currency,
        entitlements.c.end_date,
        *_nothing("role"),
    ).where(_of_sites(entitlements.c.site)),
    sa.select(
        sa.literal("contact").label("what"),
        contacts.c.id,
        contacts.c.email.label("key"),
        contacts.c.site,
        contacts.c.name,
        *_nothing("product", "plan", "tier", "currency", "end_date"),
        contacts.c.role,
    ).where(_of_sites(contacts.c.site)),
    sa.select(
        sa.literal("import").label("what"),
        sa.func.max(record_imports.c.id).label("id"),
        *_nothing("key", "site", "name", "product", "plan", "tier", "currency", "end_date", "role"),
    ),
)
