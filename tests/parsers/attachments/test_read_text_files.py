"""Text files and tables in them, with any separator and charset."""

import pytest
from office_files import attached

from mailbot.parsers.attachments import read
from mailbot.parsers.attachments.charset import decode

TABLES = [
    ("utf-8", "N.º,SEN,Producto\n1,SEN-1234567,Señor"),
    ("utf-8-sig", "Größe,50"),
    ("utf-16", "製品,数量\nJira,50"),
    ("utf-16-le", "Product,Users\nJira,50"),
    ("utf-16-be", "製品\t数量\nJira\t50\n"),
    ("cp1252", "Plätze;Größe;Straße\n"),
    ("cp1252", "Société Générale – 50 utilisateurs"),
    ("cp1252", "Açúcar e São João, ação"),
    ("cp1252", "€ 500, “quoted”"),
    ("gb18030", "产品,数量\nJira,50\n"),
    ("gb18030", "站点,产品,版本,用户数,到期日\nacme,Jira,标准版,100,2027-01-01\n"),
    ("cp932", "製品,プラン,ユーザー数\nJira,スタンダード,50\n"),
    ("cp932", "見積依頼書\n会社名：株式会社さくら\n"),
    ("cp932", "製品,数量\nJira,50\n"),
    ("euc_jp", "見積依頼書\n会社名：株式会社さくら\n"),
    ("iso2022_jp", "製品,数量"),
    ("cp949", "제품,수량\nJira,50\n"),
    ("cp949", "사이트,제품,플랜,사용자 수\nacme,Jira,스탠다드,100\n"),
    ("big5", "產品,數量\nJira,50\n"),
    ("big5", "客戶名稱：台灣積體電路，續約"),
]


def text_of(content: bytes, filename: str = "order.csv") -> str:
    found = read(attached(content, filename))
    assert found.part is not None, found.unreadable
    return found.part.text


@pytest.mark.parametrize(("charset", "text"), TABLES)
def test_the_charset_is_found(charset, text):
    assert decode(text.encode(charset)) == text


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_found(separator):
    lines = [["Product", "Users", "Note"], ["Jira", "50", "a, b"], ["Confluence", "20", ""]]
    rows = [separator.join(f'"{cell}"' if "," in cell else cell for cell in line) for line in lines]
    assert text_of("\r\n".join(rows).encode()) == "Product\tUsers\tNote\nJira\t50\ta, b\nConfluence\t20"


def test_decimal_commas_do_not_separate():
    table = "Produkt;Plätze;Preis\nJira;50;1200,50\nConfluence;20;800,00\n"
    assert text_of(table.encode()) == "Produkt\tPlätze\tPreis\nJira\t50\t1200,50\nConfluence\t20\t800,00"


def test_quotes_hold_separators_breaks_and_doubled_quotes():
    assert text_of(b'Name,Address\n"Contoso ""West""","1 Main St\nBerlin, DE"\n') == (
        'Name\tAddress\nContoso "West"\t1 Main St Berlin, DE'
    )


def test_a_line_may_name_the_separator():
    assert text_of(b"sep=;\r\na,b;c\r\nd;e,f\r\n") == "a,b\tc\nd\te,f"


def test_without_a_separator_lines_stay_lines():
    assert text_of(b"Jira 50 users\nConfluence 20 users") == "Jira 50 users\nConfluence 20 users"


def test_a_quote_that_never_ends_loses_nothing():
    table = b'a,"b\n' + b"c,d,a long note that fills the line\n" * 4_000
    text = text_of(table)
    assert text.startswith('a\t"b\nc\td\ta long note')
    assert text.count("\n") == 4_000


def test_tsv_and_text_under_an_excel_name_are_tables():
    assert text_of(b"Product\tUsers\nJira\t50\n", "order.tsv") == "Product\tUsers\nJira\t50"
    found = read(attached(b"Product\tUsers\nJira\t50\n", "order.xls", "application/vnd.ms-excel"))
    assert found.part is not None
    assert found.part.text == "Product\tUsers\nJira\t50"
    assert found.notes == ("declared as old Excel workbook, is table in a text file",)


def test_plain_text_keeps_its_lines():
    assert text_of("50 users\r\n\r\nJira, Größe\r\n".encode("cp1252"), "order.txt") == "50 users\n\nJira, Größe"
