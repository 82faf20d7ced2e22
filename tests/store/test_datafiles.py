"""A folder of data files is taken whole or refused with file, line and reason."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from mailbot.domain.errors import InputError
from mailbot.domain.message import Desk
from mailbot.store.datafiles import load_data

GOOD = {
    "prices.csv": """product,plan,currency,tier,annual_price
jira,standard,USD,25,2050.00
jira,standard,USD,10,850
jira,premium,AUD,10,2500.5
""",
    "entitlements.csv": """sen,site,customer,product,plan,tier,currency,end_date
SEN-1234567,acme.atlassian.net,"Acme, Inc.",jira,standard,10,USD,2027-03-31
SEN-L12345678,Oz.atlassian.net,豪州,guard,standard,25,AUD,2028-02-29
E-2AB-3CD-4EF,acme.atlassian.net,"Acme, Inc.",confluence,premium,10,USD,2026-12-01
""",
    "contacts.csv": """site,name,email,role
acme.atlassian.net,Jane Roe,Jane@acme.example,billing
acme.atlassian.net,Jane Roe,jane@acme.example,technical
only-contacts.atlassian.net,佐藤 健太,k.sato@sakura.example,site_admin
""",
    "taxes.csv": """country,region,rate,name
DE,,0.19,VAT
US,NY,0.08875,Sales tax
""",
    "desk.toml": """address = "quotes@seller.example"
trusted_authserv_ids = ["mx.seller.example"]
""",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in GOOD.items():
        (tmp_path / name).write_text(text, "utf-8")
    return tmp_path


def test_everything_of_a_good_folder_is_read(folder: Path) -> None:
    records, desk = load_data(folder)
    assert records.price_book.prices["jira", "standard", "USD"] == {10: Decimal("850"), 25: Decimal("2050.00")}
    assert list(records.price_book.prices["jira", "standard", "USD"]) == [10, 25]
    assert records.sens["SEN-1234567"].customer == "Acme, Inc."
    assert records.sens["SEN-L12345678"].site == "oz.atlassian.net"
    assert records.sens["SEN-L12345678"].end_date == dt.date(2028, 2, 29)
    assert [held.sen for held in records.sites["acme.atlassian.net"].entitlements] == ["SEN-1234567", "E-2AB-3CD-4EF"]
    assert [contact.role for contact in records.sites["acme.atlassian.net"].contacts] == ["billing", "technical"]
    assert records.sites["only-contacts.atlassian.net"].entitlements == ()
    assert records.contact_sites["jane@acme.example"] == {"acme.atlassian.net"}
    assert [(tax.country, tax.region, tax.rate) for tax in records.taxes] == [
        ("DE", "", Decimal("0.19")),
        ("US", "NY", Decimal("0.08875")),
    ]
    assert desk == Desk(address="quotes@seller.example", trusted_authserv_ids=("mx.seller.example",))


def test_taxes_and_desk_may_be_absent(folder: Path) -> None:
    (folder / "taxes.csv").unlink()
    (folder / "desk.toml").unlink()
    records, desk = load_data(folder)
    assert records.taxes == ()
    assert desk == Desk()


@pytest.mark.parametrize("name", ["prices.csv", "entitlements.csv", "contacts.csv"])
def test_the_other_files_must_be_there(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(InputError, match=name):
        load_data(folder)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="nowhere"):
        load_data(tmp_path / "nowhere")


def test_the_price_book_is_known_by_its_content(folder: Path) -> None:
    before = load_data(folder)[0].price_book.version
    assert load_data(folder)[0].price_book.version == before
    with (folder / "prices.csv").open("a") as file:
        file.write("jira,premium,USD,10,1700.00\n")
    assert load_data(folder)[0].price_book.version != before


def test_a_byte_order_mark_crlf_and_empty_lines_do_no_harm(folder: Path) -> None:
    text = GOOD["contacts.csv"].replace("\n", "\r\n") + "\r\n\r\n"
    (folder / "contacts.csv").write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert len(load_data(folder)[0].sites["acme.atlassian.net"].contacts) == 2


def test_columns_may_stand_in_another_order(folder: Path) -> None:
    (folder / "taxes.csv").write_text("name,rate,country,region\nVAT,0.19,DE,\n")
    assert load_data(folder)[0].taxes[0].country == "DE"


@pytest.mark.parametrize(
    ("name", "row", "reason"),
    [
        ("prices.csv", "jiro,standard,USD,50,1.00", "unknown product 'jiro'"),
        ("prices.csv", "jira,basic,USD,50,1.00", "unknown plan 'basic'"),
        ("prices.csv", "jira,standard,usd,50,1.00", "currency 'usd'"),
        ("prices.csv", "jira,standard,USD,0,1.00", "tier '0'"),
        ("prices.csv", "jira,standard,USD,5.0,1.00", "tier '5.0'"),
        ("prices.csv", "jira,standard,USD,50,1e3", "annual_price '1e3'"),
        ("prices.csv", "jira,standard,USD,50,-1.00", "annual_price '-1.00'"),
        ("prices.csv", "jira,standard,USD,50,NaN", "annual_price 'NaN'"),
        ("prices.csv", "jira,standard,USD,50,1.005", "annual_price '1.005'"),
        ("prices.csv", 'jira,standard,USD,50,"1,000.00"', "annual_price '1,000.00'"),
        ("prices.csv", "jira,standard,USD,50,\uff11\uff10", "annual_price"),
        ("prices.csv", "jira,standard,USD,10,900.00", "second price"),
        ("prices.csv", "jira,standard,USD,50", "4 cells"),
        ("prices.csv", "jira,standard,USD,50,1.00,more", "6 cells"),
        ("prices.csv", '"jira"x,standard,USD,50,1.00', "expected"),
        ("entitlements.csv", "SEN-12345,acme.example.net,A,jira,standard,10,USD,2027-03-31", "sen 'SEN-12345'"),
        ("entitlements.csv", "AT-12345678,acme.example.net,A,jira,standard,10,USD,2027-03-31", "sen 'AT-12345678'"),
        ("entitlements.csv", "SEN-1234567,acme.example.net,A,jira,standard,10,USD,2027-03-31", "second time"),
        (
            "entitlements.csv",
            "SEN-7654321,https://acme.example.net/x,A,jira,standard,10,USD,2027-03-31",
            "no host name",
        ),
        ("entitlements.csv", "SEN-7654321,acme,A,jira,standard,10,USD,2027-03-31", "no host name"),
        ("entitlements.csv", "SEN-7654321,acme.example.net,,jira,standard,10,USD,2027-03-31", "customer is empty"),
        ("entitlements.csv", "SEN-7654321,acme.example.net,A,jira,standard,ten,USD,2027-03-31", "tier 'ten'"),
        ("entitlements.csv", "SEN-7654321,acme.example.net,A,jira,standard,10,USD,2027-02-30", "not in the calendar"),
        ("entitlements.csv", "SEN-7654321,acme.example.net,A,jira,standard,10,USD,31/03/2027", "end_date"),
        ("entitlements.csv", "SEN-7654321,acme.example.net,A,jira,standard,10,USD,20270331", "end_date"),
        ("contacts.csv", "acme.atlassian.net,Jane Roe,jane@acme,billing", "email 'jane@acme'"),
        ("contacts.csv", "acme.atlassian.net,Jane Roe,jane acme@acme.example,billing", "email"),
        ("contacts.csv", 'acme.atlassian.net,Jane Roe,"jane@acme.example\r\nBcc: x@y.example",billing', "email"),
        ("contacts.csv", 'acme.atlassian.net,"Jane\nRoe",jane.roe@acme.example,billing', "control character"),
        ("contacts.csv", "acme.atlassian.net,,jane.roe@acme.example,billing", "name is empty"),
        ("contacts.csv", "acme.atlassian.net,Jane Roe,jane.roe@acme.example,owner", "unknown role 'owner'"),
        ("contacts.csv", "acme.atlassian.net,Jane Roe,JANE@acme.example,billing", "second time"),
        ("taxes.csv", "GER,,0.19,VAT", "country 'GER'"),
        ("taxes.csv", "US,New York,0.08,Sales tax", "region 'New York'"),
        ("taxes.csv", "FR,,20,VAT", "rate '20'"),
        ("taxes.csv", "FR,,20%,VAT", "rate '20%'"),
        ("taxes.csv", "FR,,0.20,", "name is empty"),
        ("taxes.csv", "DE,,0.07,VAT", "second rate"),
    ],
)
def test_a_bad_row_is_refused_with_file_line_and_reason(folder: Path, name: str, row: str, reason: str) -> None:
    with (folder / name).open("a", encoding="utf-8", newline="") as file:
        file.write(row + "\n")
    line = len(GOOD[name].splitlines()) + 1 + row.count("\n")
    with pytest.raises(InputError) as refused:
        load_data(folder)
    message = str(refused.value)
    assert f"{name}, line {line}: " in message
    assert reason in message


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("site,name,email", "lacks role"),
        ("site,name,email,role,phone", "unknown column 'phone'"),
        ("site,name,email,role,role", "stands twice"),
        ("", "lacks site, name, email, role"),
    ],
)
def test_a_wrong_header_is_refused(folder: Path, header: str, reason: str) -> None:
    (folder / "contacts.csv").write_text(header + "\n")
    with pytest.raises(InputError, match=f"contacts.csv, line 1: .*{reason}"):
        load_data(folder)


def test_a_price_book_without_prices_is_refused(folder: Path) -> None:
    (folder / "prices.csv").write_text("product,plan,currency,tier,annual_price\n")
    with pytest.raises(InputError, match="holds no price"):
        load_data(folder)


def test_text_that_is_not_utf_8_is_refused_with_its_line(folder: Path) -> None:
    (folder / "contacts.csv").write_bytes(GOOD["contacts.csv"].encode() + "x.atlassian.net,Jos\u00e9".encode("latin-1"))
    with pytest.raises(InputError, match=r"contacts\.csv, line 5: not UTF-8"):
        load_data(folder)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("address = ", "desk.toml"),
        ('adress = "quotes@seller.example"', "unknown key adress"),
        ('address = "Quotes <quotes@seller.example>"', "not an e-mail address"),
        ('trusted_authserv_ids = "mx.seller.example"', "trusted_authserv_ids must be a list"),
    ],
)
def test_a_wrong_desk_is_refused(folder: Path, text: str, reason: str) -> None:
    (folder / "desk.toml").write_text(text)
    with pytest.raises(InputError, match=reason):
        load_data(folder)


def test_the_corpus_data_are_read(shared: Path) -> None:
    records, desk = load_data(shared / "corpus" / "data")
    assert len(records.sens) == 111
    assert desk.trusted_authserv_ids == ("mx.seller.example",)
