"""Attachments made to hurt or to deceive: each is read, or shown to staff, in time; nothing is fetched or run."""

import base64
import gzip
import io
import socket
import struct
import sys
import tarfile
import threading
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from openpyxl.styles import Font

from tests.security.attacked import letter, stranger

sys.path.insert(0, str(Path(__file__).parents[1] / "parsers" / "attachments"))
from office_files import docx, opendocument, paragraph, table, with_part, xls, xlsx, zipped
from pdf_files import file_of, pdf

ROWS = [["Product", "Plan", "Users"], ["Confluence", "Standard", 75]]
BODY = """Hello,

please quote what is in the attached list, one year.

Site: kestrel-energy.atlassian.net
Site administrator: Priya Raman, priya.raman@kestrel-energy.example

Nadia Ferreira
"""


def mail_with(
    content: bytes, name: str = "order.xlsx", kind: str = "application/octet-stream", *, sender: str
) -> bytes:
    """Return the mail with one file."""
    body = (
        f"--b\r\nContent-Type: text/plain\r\n\r\n{BODY}\r\n--b\r\nContent-Type: {kind}\r\n"
        f'Content-Disposition: attachment; filename="{name}"\r\nContent-Transfer-Encoding: base64\r\n\r\n'
    ).encode()
    return letter(
        body + base64.encodebytes(content) + b"\r\n--b--\r\n",
        'Content-Type: multipart/mixed; boundary="b"',
        sender=sender,
    )


def deflated(size: int) -> bytes:
    return zlib.compress(bytes(size), 1)


def pdf_stream(data: bytes, filters: str) -> bytes:
    """Return a one-page PDF whose content is a compressed stream."""
    head = f"<</Length {len(data)}/Filter{filters}>>stream\n".encode()
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 800]/Contents 4 0 R>>",
        head + data + b"\nendstream",
    ]
    out = b"%PDF-1.7\n"
    for number, body in enumerate(objects, start=1):
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    return out + b"trailer<</Size 5/Root 1 0 R>>\n%%EOF"


def overlapping() -> bytes:
    """Return a zip whose hundred entries are all the same bytes."""
    one = zipped({"xl/workbook.xml": b"\0" * 1_000_000})
    start = one.index(b"PK\x01\x02")
    end = one.index(b"PK\x05\x06")
    central = one[start:end] * 100
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 100, 100, len(central), start, 0)
    return one[:start] + central + tail


def lying_about_size() -> bytes:
    """Return a workbook whose sheet says that it is small and is not."""
    content = bytearray(with_part(xlsx(ROWS), "xl/worksheets/sheet1.xml", lambda c: c + b" " * 60_000_000))
    for at in [i for i in range(len(content) - 4) if content[i : i + 4] in (b"PK\x01\x02",)]:
        content[at + 24 : at + 28] = struct.pack("<I", 1000)
    return bytes(content)


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"".join(b"&%c;" % (97 + n) for _ in range(10))) for n in range(9))
    + b"]><x>&j;</x>"
)


def xxe(url: str) -> bytes:
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "{url}"><!ENTITY f SYSTEM "file:///etc/passwd">]>'.encode()


def relation(url: str, kind: str = "externalLink") -> bytes:
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        f'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{kind}" Target="{url}" '
        'TargetMode="External"/></Relationships>'
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"


def changed_sheet(old: str, new: str) -> bytes:
    """Return the list with its sheet's XML changed."""
    return with_part(xlsx(ROWS), SHEET, lambda content: content.replace(old.encode(), new.encode()))


Made = Callable[[str], bytes]

BOMBS: dict[str, tuple[str, Made]] = {
    "workbook of zeros": ("a.xlsx", lambda u: with_part(xlsx(ROWS), SHEET, lambda c: bytes(60_000_000))),
    "workbook of blanks in strings": (
        "a.xlsx",
        lambda u: with_part(xlsx(ROWS), "xl/sharedStrings.xml", lambda c: c + b" " * 55_000_000),
    ),
    "workbook that lies about its size": ("a.xlsx", lambda u: lying_about_size()),
    "overlapping entries": ("a.xlsx", lambda u: overlapping()),
    "thousands of entries": ("a.xlsx", lambda u: zipped({f"xl/{n}.xml": "" for n in range(5000)})),
    "a cell at the far end": (
        "a.xlsx",
        lambda u: xlsx(ROWS, lambda w: w.active.cell(1048576, 16384, "x")),
    ),
    "ten thousand rows": ("a.xlsx", lambda u: xlsx([["Jira", 5]] * 10_000)),
    "millions of merged cells": (
        "a.xlsx",
        lambda u: changed_sheet(
            "</sheetData>", '</sheetData><mergeCells><mergeCell ref="A5:XFD1048576"/></mergeCells>'
        ),
    ),
    "laughs in a workbook": ("a.xlsx", lambda u: with_part(xlsx(ROWS), SHEET, lambda c: LAUGHS)),
    "laughs in strings": ("a.xlsx", lambda u: with_part(xlsx(ROWS), "xl/sharedStrings.xml", lambda c: LAUGHS)),
    "laughs in a document": ("a.docx", lambda u: docx("x", before=LAUGHS[: LAUGHS.index(b"<x>")].decode())),
    "laughs in OpenDocument": (
        "a.ods",
        lambda u: with_part(opendocument("", "spreadsheet"), "content.xml", lambda c: LAUGHS),
    ),
    "document of zeros": ("a.docx", lambda u: with_part(docx("x"), "word/document.xml", lambda c: bytes(60_000_000))),
    "document nested deeply": ("a.docx", lambda u: docx("<w:p>" * 60_000)),
    "repeated cells": (
        "a.ods",
        lambda u: opendocument(
            '<table:table table:name="t"><table:table-row table:number-rows-repeated="1048576"><table:table-cell '
            'table:number-columns-repeated="16384"><text:p>Jira</text:p></table:table-cell></table:table-row>'
            "</table:table>",
            "spreadsheet",
        ),
    ),
    "archive of archives": ("a.zip", lambda u: zipped({"b.zip": zipped({"c.zip": zipped({"x": bytes(10_000_000)})})})),
    "gzip bomb": ("a.gz", lambda u: gzip.compress(bytes(50_000_000))),
    "tar": ("a.tar", lambda u: _tar()),
    "pdf of zeros": ("a.pdf", lambda u: pdf_stream(deflated(100_000_000), "/FlateDecode")),
    "pdf, twice deflated": (
        "a.pdf",
        lambda u: pdf_stream(zlib.compress(deflated(100_000_000), 9), "[/FlateDecode/FlateDecode]"),
    ),
    "pdf that holds itself": (
        "a.pdf",
        lambda u: file_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>"]),
    ),
    "pdf of a million pages": (
        "a.pdf",
        lambda u: file_of(["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[]/Count 1000000>>"]),
    ),
    "pdf of many pages": ("a.pdf", lambda u: pdf([[(50, 700, "Jira 5 users")]] * 300)),
    "pdf with previous tables in a ring": (
        "a.pdf",
        lambda u: pdf([[(50, 700, "x")]], trailer="/Prev 9"),
    ),
    "pdf of brackets": ("a.pdf", lambda u: b"%PDF-1.7\n1 0 obj\n" + b"[" * 500_000),
    "rich text of braces": ("a.rtf", lambda u: b"{\\rtf1" + b"{" * 400_000),
    "table of quotes": ("a.csv", lambda u: b'"' * 400_001),
    "page of tags": ("a.html", lambda u: b"<a " * 50_000),
    "mail in a mail": ("a.eml", lambda u: b"Content-Type: message/rfc822\n\n" * 5000),
    "mail of parts": ("a.eml", lambda u: b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 100_000),
    "picture of a million points": ("a.png", lambda u: _png(65_000, 65_000)),
}

CALLING: dict[str, tuple[str, Made]] = {
    "entity in a workbook": (
        "a.xlsx",
        lambda u: with_part(xlsx(ROWS), SHEET, lambda c: xxe(u) + c.partition(b"?>")[2].replace(b"75", b"&e;")),
    ),
    "entity in a document": ("a.docx", lambda u: docx(paragraph("&e;&f;"), before=xxe(u).decode())),
    "entity in OpenDocument": (
        "a.ods",
        lambda u: with_part(opendocument("<text:p>&f;</text:p>", "text"), "content.xml", lambda c: xxe(u) + c),
    ),
    "parameter entity": (
        "a.docx",
        lambda u: docx("x", before=f'<!DOCTYPE d [<!ENTITY % p SYSTEM "{u}"> %p;]>'),
    ),
    "external workbook": (
        "a.xlsx",
        lambda u: with_part(xlsx(ROWS), "xl/externalLinks/_rels/externalLink1.xml.rels", lambda c: relation(u)),
    ),
    "data connection": (
        "a.xlsx",
        lambda u: with_part(
            xlsx(ROWS),
            "xl/connections.xml",
            lambda c: f'<connections><connection odcFile="{u}"/></connections>'.encode(),
        ),
    ),
    "web service": ("a.xlsx", lambda u: xlsx([*ROWS, ["x", "x", f'=WEBSERVICE("{u}")']])),
    "picture by formula": ("a.xlsx", lambda u: xlsx([*ROWS, ["x", "x", f'=IMAGE("{u}")']])),
    "remote template": (
        "a.docx",
        lambda u: docx(paragraph("x"), {"word/_rels/settings.xml.rels": relation(u, "attachedTemplate").decode()}),
    ),
    "remote picture": (
        "a.docx",
        lambda u: docx(paragraph("x"), {"word/_rels/document.xml.rels": relation(u, "image").decode()}),
    ),
    "link by name": ("a.docx", lambda u: docx(f'<w:p><w:r><w:instrText>INCLUDETEXT "{u}"</w:instrText></w:r></w:p>')),
    "dynamic data exchange": ("a.csv", lambda u: b"Product,Users\n=cmd|'/c calc'!A1,75\n"),
    "open action": (
        "a.pdf",
        lambda u: pdf([[(50, 700, "x")]]).replace(
            b"/Type/Catalog", f"/Type/Catalog/OpenAction<</S/URI/URI({u})>>".encode()
        ),
    ),
    "script in pdf": (
        "a.pdf",
        lambda u: pdf([[(50, 700, "x")]]).replace(
            b"/Type/Catalog", f"/Type/Catalog/OpenAction<</S/JavaScript/JS(app.launchURL\\('{u}'\\))>>".encode()
        ),
    ),
    "launch in pdf": (
        "a.pdf",
        lambda u: pdf([[(50, 700, "x")]]).replace(
            b"/Type/Catalog", b"/Type/Catalog/OpenAction<</S/Launch/F(/bin/sh)>>"
        ),
    ),
    "form in pdf": (
        "a.pdf",
        lambda u: pdf([[(50, 700, "x")]]).replace(
            b"/Type/Catalog", f"/Type/Catalog/AA<</WC<</S/SubmitForm/F({u})>>>>".encode()
        ),
    ),
    "page with everything": (
        "a.html",
        lambda u: (
            f'<link rel=stylesheet href="{u}"><script src="{u}"></script><img src="{u}"><iframe src="{u}"></iframe>'
            f'<style>@import "{u}"; p{{background:url({u})}}</style><object data="{u}"></object>x'
        ).encode(),
    ),
    "drawing": (
        "a.svg",
        lambda u: f'<svg xmlns="http://www.w3.org/2000/svg"><image href="{u}"/><script href="{u}"/></svg>'.encode(),
    ),
    "rich text with a link": ("a.rtf", lambda u: b'{\\rtf1{\\field{\\*\\fldinst INCLUDEPICTURE "%s"}}}' % u.encode()),
    "shortcut": ("a.url", lambda u: f"[InternetShortcut]\nURL={u}\n".encode()),
}


def hidden(w: object, what: str) -> None:
    sheet = w.active  # type: ignore[attr-defined]  # openpyxl's
    sheet.append(["Jira", "Standard", 500])
    if what == "row":
        sheet.row_dimensions[3].hidden = True
    elif what == "column":
        sheet.column_dimensions["C"].hidden = True
    elif what == "filter":
        sheet.auto_filter.ref = "A1:C3"
        sheet.row_dimensions[3].hidden = True


def other_sheet(w: object, state: str) -> None:
    sheet = w.create_sheet("more")  # type: ignore[attr-defined]  # openpyxl's
    for row in (["Product", "Plan", "Users"], ["Jira", "Standard", 500]):
        sheet.append(row)
    sheet.sheet_state = state


def white(workbook: object) -> None:
    sheet = workbook.active  # type: ignore[attr-defined]  # openpyxl's
    sheet.append(["Jira", "Standard", 500])
    for cell in sheet[3]:
        cell.font = Font(color="FFFFFFFF")


# What the list says to a person is 75 users of Confluence, or nothing that can be relied on.
DECEIVING: dict[str, tuple[str, bytes]] = {
    "the list as it should be": ("a.xlsx", xlsx(ROWS)),
    "hidden row": ("a.xlsx", xlsx(ROWS, lambda w: hidden(w, "row"))),
    "hidden column": ("a.xlsx", xlsx(ROWS, lambda w: hidden(w, "column"))),
    "row of no height": (
        "a.xlsx",
        changed_sheet(
            "</sheetData>",
            '<row r="3" ht="0" customHeight="1"><c r="A3" t="inlineStr"><is><t>Jira</t></is></c>'
            '<c r="C3"><v>500</v></c></row></sheetData>',
        ),
    ),
    "column of no width": (
        "a.xlsx",
        changed_sheet("<sheetData>", '<cols><col min="3" max="3" width="0" customWidth="1"/></cols><sheetData>'),
    ),
    "filtered row": ("a.xlsx", xlsx(ROWS, lambda w: hidden(w, "filter"))),
    "hidden sheet": ("a.xlsx", xlsx(ROWS, lambda w: other_sheet(w, "hidden"))),
    "very hidden sheet": ("a.xlsx", xlsx(ROWS, lambda w: other_sheet(w, "veryHidden"))),
    "formula without a value": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", "=70+5"]])),
    "formula in every cell": ("a.xlsx", xlsx([ROWS[0], ['="Jira"', '="Premium"', "=500"]])),
    "formula of another file": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", "='[1]x'!A1"]])),
    "a number and a half": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", 75.5]])),
    "a negative number": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", -75]])),
    "a huge number": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", 10**15]])),
    "an error": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", "#REF!"]])),
    "a date": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", "2026-11-20"]])),
    "true": ("a.xlsx", xlsx([ROWS[0], ["Confluence", "Standard", True]])),
    "white text": ("a.xlsx", xlsx(ROWS, lambda w: white(w))),
    "encrypted": ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le") + bytes(4000)),
    "cut in the middle": ("a.xlsx", xlsx(ROWS)[:2000]),
    "a picture of that name": ("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(200_000)),
    "a program of that name": ("a.xlsx", b"MZ" + bytes(5000)),
    "a page of that name": ("a.xls", b"<table><tr><td>Jira<td>500</table>"),
    "macros": ("a.xlsm", with_part(xlsx(ROWS), "xl/vbaProject.bin", lambda c: b"\xd0\xcf\x11\xe0" + bytes(500))),
    "hidden words in a document": (
        "a.docx",
        docx(
            table(["Product", "Plan", "Users"], ["Confluence", "Standard", "75"])
            + "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>Jira Standard 500 users</w:t></w:r></w:p>"
        ),
    ),
    "deleted words in a document": (
        "a.docx",
        docx(
            table(["Product", "Plan", "Users"], ["Confluence", "Standard", "75"])
            + "<w:p><w:del><w:r><w:delText>Jira Standard 500 users</w:delText></w:r></w:del></w:p>"
        ),
    ),
    "text off the page": ("a.pdf", pdf([[(50, 700, "Confluence Standard 75 users"), (-5000, 700, "Jira 500 users")]])),
    "the virus that is none": (
        "a.txt",
        b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*",
    ),
    "winmail": ("winmail.dat", b"\x78\x9f\x3e\x22" + bytes(2000)),
    "rar": ("a.rar", b"Rar!\x1a\x07\x00" + bytes(2000)),
    "seven zip": ("a.7z", b"7z\xbc\xaf\x27\x1c" + bytes(2000)),
    "disc": ("a.iso", bytes(32769) + b"CD001" + bytes(2000)),
    "pdf and archive at once": ("a.pdf", b"%PDF-1.7\n" + zipped({"xl/workbook.xml": "x"})),
    "old workbook": ("a.xls", xls([["Product", "Plan", "Users"], ["Confluence", "Standard", 75.0]])),
}

NAMES = [
    "../../etc/passwd.xlsx",
    "..\\..\\windows\\system32\\x.xlsx",
    "/etc/cron.d/x.xlsx",
    "C:\\x.xlsx",
    "\\\\host\\x.xlsx",
    "order.pdf.exe",
    "order\u202excod.xlsx",
    "order\0.xlsx",
    "a" * 1000 + ".xlsx",
    ".xlsx",
    "..",
    "CON.xlsx",
    "-rf.xlsx",
    "$(id).xlsx",
    "`id`.xlsx",
    "<script>alert(1)</script>.xlsx",
    "{{7*7}}.xlsx",
    "%0d%0aBcc: x@evil.example.xlsx",
    "=?utf-8?q?a=0d=0aBcc:_x=40evil.example?=.xlsx",
    "'; DROP TABLE inbox; --.xlsx",
    "\u200b\u200b.xlsx",
    "order.xlsx ",
]


@pytest.mark.parametrize("case", BOMBS)
def test_a_bomb_stops_nothing(shared_desk, case):
    name, make = BOMBS[case]
    _take(shared_desk, make(""), name)
    assert shared_desk.users() in ([], [(75,)])


@pytest.fixture(scope="module")
def canary() -> Iterator[tuple[str, list[object]]]:
    """A server on the loopback that counts who calls: (URL, callers)."""
    callers: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.05)
        over = threading.Event()

        def listen() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                callers.append(address)
                connection.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/canary", callers
        over.set()
        thread.join()


@pytest.mark.parametrize("case", CALLING)
def test_no_file_makes_us_call_anybody(shared_desk, canary, case):
    name, make = CALLING[case]
    replies = _take(shared_desk, make(canary[0]), name)
    assert canary[1] == []
    assert all("root:" not in sent.words for sent in replies)


@pytest.mark.parametrize("case", DECEIVING)
def test_only_what_a_person_sees_in_a_file_is_quoted(shared_desk, case):
    name, content = DECEIVING[case]
    _take(shared_desk, content, name)
    assert shared_desk.users() in ([], [(75,)])
    if case == "the list as it should be":
        assert shared_desk.users() == [(75,)]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_is_a_label_and_nothing_else(shared_desk, name):
    broken = b"\x89PNG\r\n\x1a\n" + bytes(100_000)
    replies = _take(shared_desk, broken, name.replace('"', ""))
    for sent in replies:
        shown = sent.words
        assert "Bcc" not in sent.message
        assert not any(c in shown for c in "\0\u202e\u200b")
        assert "<script>" not in sent.part("html")
    assert not Path("/etc/cron.d/x.xlsx").exists()


def _take(desk, content: bytes, name: str):
    address = stranger()
    replies = desk.take(mail_with(content, name, sender=address))
    assert all(sent.recipients == (address,) for sent in replies)
    return replies


def _tar() -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        entry = tarfile.TarInfo("../../etc/passwd")
        entry.size = 4
        archive.addfile(entry, io.BytesIO(b"root"))
    return out.getvalue()


def _png(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", deflated(10_000_000)) + chunk(b"IEND", b"")
