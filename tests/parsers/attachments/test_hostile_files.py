"""Files that were made to hurt: every one is read or refused, in time, and nothing is fetched."""

import socket
import threading
import time
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from office_files import attached, docx, opendocument, paragraph, with_part, xls, xlsb, xlsx
from pdf_files import pdf

from mailbot.domain.message import Attachment, Unreadable
from mailbot.parsers.attachments import read
from mailbot.parsers.attachments.kinds import _SUFFIXES, _TYPES

SOUND = [
    xlsx([["Product", "Users"], ["Jira", 50]]),
    xls([["Product", 50.0]]),
    xlsb([["Product", 50.0]]),
    docx(paragraph("Jira")),
    opendocument("<text:p>Jira</text:p>", "text"),
    pdf([[(50, 700, "Jira")]]),
    rb"{\rtf1\ansi\ansicpg932 \'90\'bb\u35211? Jira\par}",
    b"<table><tr><td>Jira<td>50</table>",
    b"Subject: x\nContent-Type: text/html\n\n<p>x",
    "製品,数量\nJira,50".encode("utf-16"),
]
NAMES = st.one_of(st.none(), st.text(max_size=40), st.sampled_from([f"order.{suffix}" for suffix in _SUFFIXES]))
TYPES = st.one_of(st.text(max_size=40), st.sampled_from(sorted(_TYPES)))
IN_TIME = settings(deadline=5000, max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """Sound files with some bytes changed and the end perhaps cut off."""
    content = bytearray(draw(st.sampled_from(SOUND)))
    for _ in range(draw(st.integers(0, 6))):
        content[draw(st.integers(0, len(content) - 1))] = draw(st.integers(0, 255))
    return bytes(content[: draw(st.integers(len(content) // 2, len(content)))])


def assert_settled(found: Attachment) -> None:
    """Every attachment ends in exactly one of three states."""
    assert [found.part is not None, found.unreadable is not None, found.decoy].count(True) == 1
    if found.part is not None:
        assert found.part.name.startswith("attachment:")
        found.part.text.encode("utf-8")
        assert "\x00" not in found.part.text


@IN_TIME
@given(st.binary(max_size=3000), NAMES, TYPES)
@example(b"\xff\xfe\x00", None, "text/csv")
@example(b"{\\rtf1\\u-10179?", None, "")
def test_any_bytes_under_any_name_and_type_are_settled(content, name, content_type):
    assert_settled(read(attached(content, name, content_type)))


@IN_TIME
@given(damaged(), NAMES, TYPES)
def test_damaged_files_are_settled(content, name, content_type):
    assert_settled(read(attached(content, name, content_type)))


@pytest.fixture
def canary() -> Iterator[tuple[str, list[object]]]:
    """A server on the loopback that counts who calls: (URL, callers)."""
    callers: list[object] = []
    server = socket.create_server(("127.0.0.1", 0))
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
    yield f"http://127.0.0.1:{server.getsockname()[1]}/", callers
    time.sleep(0.1)
    over.set()
    thread.join()
    server.close()


def test_nothing_that_a_document_points_to_is_fetched(canary):
    url, callers = canary
    external = f'<!DOCTYPE d SYSTEM "{url}d.dtd" [<!ENTITY % p SYSTEM "{url}p"> %p; <!ENTITY e SYSTEM "{url}e">]>'
    link = (
        f'<Relationships><Relationship Id="rId9" TargetMode="External" Target="{url}t" Type="attachedTemplate"/>'
        "</Relationships>"
    )
    hostile = [
        docx(paragraph("&e;"), before=external),
        docx(paragraph("x"), {"word/_rels/document.xml.rels": link, "word/_rels/settings.xml.rels": link}),
        xlsx([["x", f'=WEBSERVICE("{url}")']]),
        with_part(xlsx([["x"]]), "xl/externalLinks/_rels/externalLink1.xml.rels", lambda _: link.encode()),
        with_part(opendocument("<text:p>&e;</text:p>", "text"), "content.xml", lambda c: external.encode() + c),
        f'<link rel="stylesheet" href="{url}s"><img src="{url}i"><iframe src="{url}f"></iframe>x'.encode(),
        pdf([[(50, 700, "x")]]).replace(b"/Type/Catalog", f"/Type/Catalog/OpenAction<</S/URI/URI({url})>>".encode()),
    ]
    for content in hostile:
        assert_settled(read(attached(content, None)))
    time.sleep(0.2)
    assert callers == []


@pytest.mark.parametrize(
    "content",
    [
        b"{" * 400_000,
        rb"{\rtf1" + b"{" * 400_000,
        rb"{\rtf1" + rb"\'9" * 150_000,
        b"<a " * 150_000,
        b"<div>" * 100_000,
        b"<!--" * 100_000 + b"<html>",
        b'"' * 400_001,
        b"a,;|\t" * 80_000,
        b'a,"' * 100_000,
        b"\x81" * 400_000,
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\n\n" * 80_000,
    ],
    ids=lambda content: content[:12].decode("latin-1"),
)
@pytest.mark.parametrize("suffix", ["txt", "csv", "html", "eml"])
def test_half_a_megabyte_of_the_worst_is_settled_in_two_seconds(content, suffix):
    start = time.process_time()
    assert_settled(read(attached(content, f"order.{suffix}")))
    assert time.process_time() - start < 2


def test_a_document_nested_without_end_is_corrupt():
    deep = docx("<w:p>" * 50_000 + "</w:p>" * 50_000)
    assert read(attached(deep, "deep.docx")).unreadable is Unreadable.CORRUPT
