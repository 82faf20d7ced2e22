"""Reads a folder of data files: prices, entitlements, contacts, taxes and the desk (contract, data files).

Everything is checked before anything is returned; InputError names the file, the line and what is wrong.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from pathlib import Path

from mailbot.domain.errors import InputError
from mailbot.domain.file import Contact, Entitlement, PriceBook, Records, SiteFile, TaxRate
from mailbot.domain.message import Desk
from mailbot.email_address import is_email_address
from mailbot.store.csvrows import read_rows

PRICES = ("product", "plan", "currency", "tier", "annual_price")
ENTITLEMENTS = ("sen", "site", "customer", "product", "plan", "tier", "currency", "end_date")
CONTACTS = ("site", "name", "email", "role")
TAXES = ("country", "region", "rate", "name")
ROLES = frozenset({"billing", "technical", "site_admin"})


def load_data(folder: Path) -> tuple[Records, Desk]:
    """Return what the vendor has on file and who the desk is; InputError for the first thing that is wrong."""
    if not folder.is_dir():
        raise InputError(f"{folder}: no such folder of data files")
    price_book = _price_book(folder / "prices.csv")
    entitlements = _entitlements(folder / "entitlements.csv")
    contacts = _contacts(folder / "contacts.csv")
    records = Records(
        price_book=price_book,
        sites=_site_files(entitlements, contacts),
        sens={held.sen: held for held in entitlements},
        contact_sites=_contact_sites(contacts),
        taxes=_taxes(folder / "taxes.csv"),
    )
    return records, _desk(folder / "desk.toml")


def _price_book(file: Path) -> PriceBook:
    prices: dict[tuple[str, str, str], dict[int, Decimal]] = {}
    for row in read_rows(file, PRICES):
        tiers = prices.setdefault((row.product(), row.plan(), row.currency()), {})
        tier = row.count("tier")
        if tier in tiers:
            raise row.error(f"a second price for {row['product']} {row['plan']} {row['currency']} tier {tier}")
        tiers[tier] = row.amount("annual_price")
    if not prices:
        raise InputError(f"{file}: holds no price; add at least one line")
    version = hashlib.sha256(file.read_bytes()).hexdigest()[:12]
    return PriceBook(version=version, prices={key: dict(sorted(tiers.items())) for key, tiers in prices.items()})


def _entitlements(file: Path) -> list[Entitlement]:
    entitlements: dict[str, Entitlement] = {}
    for row in read_rows(file, ENTITLEMENTS):
        sen = row.sen()
        if sen in entitlements:
            raise row.error(f"{sen} stands here a second time")
        entitlements[sen] = Entitlement(
            sen=sen,
            site=row.site(),
            customer=row.text("customer"),
            product=row.product(),
            plan=row.plan(),
            tier=row.count("tier"),
            currency=row.currency(),
            end_date=row.date("end_date"),
        )
    return list(entitlements.values())


def _contacts(file: Path) -> list[Contact]:
    contacts: dict[tuple[str, str, str], Contact] = {}
    for row in read_rows(file, CONTACTS):
        contact = Contact(site=row.site(), name=row.text("name"), email=row.email(), role=row.one_of("role", ROLES))
        key = (contact.site, contact.email.casefold(), contact.role)
        if key in contacts:
            raise row.error(f"{contact.email} is {contact.role} of {contact.site} a second time")
        contacts[key] = contact
    return list(contacts.values())


def _taxes(file: Path) -> tuple[TaxRate, ...]:
    if not file.exists():
        return ()
    taxes: dict[tuple[str, str], TaxRate] = {}
    for row in read_rows(file, TAXES):
        country, region = row.country(), row.region()
        if (country, region) in taxes:
            raise row.error(f"a second rate for {country} {region}".rstrip())
        taxes[country, region] = TaxRate(country=country, region=region, rate=row.rate(), name=row.text("name"))
    return tuple(taxes.values())


def _site_files(entitlements: Iterable[Entitlement], contacts: Iterable[Contact]) -> dict[str, SiteFile]:
    held: dict[str, list[Entitlement]] = {}
    people: dict[str, list[Contact]] = {}
    for entitlement in entitlements:
        held.setdefault(entitlement.site, []).append(entitlement)
    for contact in contacts:
        people.setdefault(contact.site, []).append(contact)
    return {
        site: SiteFile(site=site, entitlements=tuple(held.get(site, ())), contacts=tuple(people.get(site, ())))
        for site in dict.fromkeys((*held, *people))
    }


def _contact_sites(contacts: Iterable[Contact]) -> dict[str, frozenset[str]]:
    sites: dict[str, set[str]] = {}
    for contact in contacts:
        sites.setdefault(contact.email.casefold(), set()).add(contact.site)
    return {email: frozenset(named) for email, named in sites.items()}


def _desk(file: Path) -> Desk:
    if not file.exists():
        return Desk()
    try:
        values = tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{file}: {error}") from error
    unknown = sorted(values.keys() - {"address", "aliases", "trusted_authserv_ids"})
    if unknown:
        raise InputError(f"{file}: unknown key {', '.join(unknown)}; take it out")
    address = values.get("address")
    if address is not None and not (isinstance(address, str) and is_email_address(address)):
        raise InputError(f"{file}: address {address!r} is not an e-mail address")
    return Desk(
        address=address,
        aliases=_strings(file, values, "aliases"),
        trusted_authserv_ids=_strings(file, values, "trusted_authserv_ids"),
    )


def _strings(file: Path, values: Mapping[str, object], key: str) -> tuple[str, ...]:
    value = values.get(key, [])
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise InputError(f"{file}: {key} must be a list of texts")
    return tuple(value)
