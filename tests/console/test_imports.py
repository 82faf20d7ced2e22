"""An administrator sees what an import would change before it does."""

from tests.console.conftest import DEMO

FILES = {path.name: path.read_bytes() for path in (DEMO / "data").iterdir()}


def test_the_same_files_change_nothing(logged_in):
    visitor = logged_in("administrator")
    visitor.get("/admin/import")
    assert "Nothing would change." in visitor.upload("/admin/import", FILES).words


def test_what_would_change_is_shown_and_then_done_once(desk, logged_in):
    visitor = logged_in("administrator")
    visitor.get("/admin/import")
    prices = FILES["prices.csv"].replace(b"confluence,standard,USD,100,5890.00", b"confluence,standard,USD,100,6000.00")
    contacts = FILES["contacts.csv"] + b"new.atlassian.net,Ada Roe,ada@new.example,billing\n"
    page = visitor.upload("/admin/import", {**FILES, "prices.csv": prices, "contacts.csv": contacts})
    assert "Prices 0 new, 1 changed, 0 gone" in page.words
    assert "5,890.00 6,000.00" in page.words
    assert "Contacts 1 new, 0 changed, 0 gone" in page.words
    assert desk_price(desk) == "5890.00"
    prepared = {"prepared": page.hidden("prepared")}
    assert visitor.post("/admin/import/apply", prepared).location == "/health"
    assert desk_price(desk) == "6000.00"
    assert visitor.post("/admin/import/apply", prepared).status == 422
    assert "administrator Imported" in visitor.get("/trail").words


def test_taxes_and_the_desks_addresses_are_compared_too(desk, logged_in):
    visitor = logged_in("administrator")
    visitor.get("/admin/import")
    taxes = FILES["taxes.csv"] + b"XX,,0.5,Made-up tax\n"
    desk_file = b'address = "quotes@seller.example"\naliases = ["rfq@seller.example"]\n'
    page = visitor.upload("/admin/import", {**FILES, "taxes.csv": taxes, "desk.toml": desk_file})
    assert "Taxes 1 new, 0 changed, 0 gone" in page.words
    assert "The desk's addresses" in page.words
    assert "rfq@seller.example" in page.words


def test_a_bad_row_and_a_file_of_another_name_are_refused(desk, logged_in):
    visitor = logged_in("administrator")
    visitor.get("/admin/import")
    answer = visitor.upload("/admin/import", {**FILES, "prices.csv": b"product,plan\njira,standard\n"})
    assert answer.status == 422
    assert "prices.csv" in answer.words
    assert "mailbot-import" not in answer.words
    assert visitor.upload("/admin/import", {**FILES, "../evil.csv": b"x"}).status == 422
    assert desk_price(desk) == "5890.00"


def desk_price(desk) -> str:
    """Return the price of a hundred users of Confluence on file."""
    with desk.store.begin() as uow:
        book = uow.records.for_requests((), (), ()).price_book
    return str(book.prices["confluence", "standard", "USD"][100])
