"""The records are replaced whole and read in the part that a decision needs."""

from dataclasses import replace
from decimal import Decimal

from mailbot.domain.file import PriceBook, Records
from mailbot.domain.message import Desk
from mailbot.ports import Store
from tests.support.samples import NOW, records

DESK = Desk(address="quotes@seller.example", aliases=("q@seller.example",), trusted_authserv_ids=("mx.seller.example",))


def keep(store: Store, on_file: Records, desk: Desk = DESK) -> None:
    with store.begin() as uow:
        uow.records.replace(on_file, desk, NOW)
        uow.commit()


def read(
    store: Store, sites: tuple[str, ...] = (), sens: tuple[str, ...] = (), emails: tuple[str, ...] = ()
) -> Records:
    with store.begin() as uow:
        return uow.records.for_requests(sites, sens, emails)


def test_nothing_is_on_file_before_the_first_import(store: Store) -> None:
    assert read(store, sites=("acme.atlassian.net",)) == Records(price_book=PriceBook(version="", prices={}))
    with store.begin() as uow:
        assert uow.records.desk() == Desk()


def test_everything_asked_for_is_read_back_in_the_order_of_the_files(store: Store) -> None:
    keep(store, records())
    found = read(store, sites=("acme.atlassian.net", "beta.atlassian.net"), emails=("joe@acme.example",))
    assert found == records()
    with store.begin() as uow:
        assert uow.records.desk() == DESK


def test_only_the_sites_asked_for_are_read(store: Store) -> None:
    keep(store, records())
    found = read(store, sites=("beta.atlassian.net", "nowhere.atlassian.net"))
    assert set(found.sites) == {"beta.atlassian.net"}
    assert set(found.sens) == {"SEN-3000003"}
    assert found.contact_sites == {}
    assert found.price_book == records().price_book
    assert found.taxes == records().taxes


def test_a_sen_brings_its_whole_site(store: Store) -> None:
    keep(store, records())
    found = read(store, sens=("SEN-1000001", "SEN-9999999"))
    assert found.sites == {"acme.atlassian.net": records().sites["acme.atlassian.net"]}
    assert set(found.sens) == {"SEN-1000001", "SEN-2000002"}


def test_a_contact_brings_the_sites_whatever_the_spelling_of_the_address(store: Store) -> None:
    keep(store, records())
    found = read(store, emails=("JOE@acme.example", "nobody@acme.example"))
    assert set(found.sites) == {"acme.atlassian.net", "beta.atlassian.net"}
    assert found.contact_sites == {"joe@acme.example": frozenset({"acme.atlassian.net", "beta.atlassian.net"})}


def test_an_import_replaces_everything(store: Store) -> None:
    keep(store, records())
    dearer = PriceBook(version="2027-01", prices={("jira", "standard", "USD"): {50: Decimal("5000.00")}})
    keep(store, Records(price_book=dearer), Desk())
    found = read(store, sites=("acme.atlassian.net",), sens=("SEN-1000001",), emails=("joe@acme.example",))
    assert found == Records(price_book=dearer)


def test_an_import_that_was_not_committed_leaves_all_as_it_was(store: Store) -> None:
    keep(store, records())
    with store.begin() as uow:
        uow.records.replace(replace(records(), sites={}, sens={}), Desk(), NOW)
    assert read(store, sites=("acme.atlassian.net",)).sites.keys() == {"acme.atlassian.net"}
    with store.begin() as uow:
        assert uow.records.desk() == DESK


def test_a_site_with_contacts_alone_is_on_file(store: Store) -> None:
    site = replace(records().sites["beta.atlassian.net"], entitlements=())
    keep(store, Records(price_book=records().price_book, sites={site.site: site}))
    assert read(store, sites=(site.site,)).sites == {site.site: site}
