"""Zip containers are refused before anything in them can hurt."""

import struct
import zipfile

import pytest
from office_files import SHEET, attached, docx, opendocument, paragraph, with_part, xlsx, zipped

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import read
from mailbot.parsers.attachments.package import open_package
from mailbot.parsers.attachments.reading import CannotRead

DTD = '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>'


def refusal(content: bytes) -> Unreadable:
    with pytest.raises(CannotRead) as caught:
        open_package(content)
    return caught.value.why


def test_three_hundred_megabytes_of_zeros_are_too_large():
    bomb = with_part(xlsx([["x"]]), SHEET, lambda s: s + bytes(300_000_000))
    assert len(bomb) < 400_000
    assert refusal(bomb) is Unreadable.TOO_LARGE
    assert read(attached(bomb, "o.xlsx")).unreadable is Unreadable.TOO_LARGE


def test_a_ratio_above_the_limit_is_too_large():
    assert refusal(zipped({"a.xml": bytes(2_000_000)})) is Unreadable.TOO_LARGE


def test_too_many_entries_are_too_large():
    assert refusal(zipped({f"{i}.xml": "" for i in range(2_001)})) is Unreadable.TOO_LARGE


def test_many_entries_that_are_too_large_together():
    big = bytes(range(256)) * 150_000
    assert refusal(zipped({f"{i}.xml": big for i in range(3)}, zipfile.ZIP_STORED)) is Unreadable.TOO_LARGE


def test_a_directory_that_tells_less_than_there_is_does_not_inflate_more():
    lying = bytearray(zipped({"a.xml": "x" * 500_000}))
    directory = lying.rfind(b"PK\x01\x02")
    struct.pack_into("<I", lying, directory + 24, 10)
    assert refusal(bytes(lying)) is Unreadable.CORRUPT


def test_overlapping_entries_are_corrupt():
    overlapping = bytearray(zipped({"a.xml": "x" * 1000, "b.xml": "x" * 1000}, zipfile.ZIP_STORED))
    second = overlapping.rfind(b"PK\x01\x02")
    struct.pack_into("<I", overlapping, second + 42, 0)
    assert refusal(bytes(overlapping)) is Unreadable.CORRUPT


def test_doubled_names_are_corrupt():
    doubled = zipped({"a.xml": "x", "b.xml": "y"}).replace(b"b.xml", b"a.xml")
    assert refusal(doubled) is Unreadable.CORRUPT


def test_encrypted_entries_are_encrypted():
    encrypted = bytearray(zipped({"xl/workbook.xml": "x"}))
    encrypted[encrypted.rfind(b"PK\x01\x02") + 8] |= 1
    assert refusal(bytes(encrypted)) is Unreadable.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [
        docx(paragraph("x"), before=DTD),
        docx(paragraph("x"), {"word/settings.xml": DTD + "<s/>"}),
        with_part(docx(paragraph("x")), "word/document.xml", lambda d: (DTD + d.decode()).encode("utf-16")),
        with_part(xlsx([["x"]]), SHEET, lambda s: DTD.encode() + s),
        with_part(xlsx([["x"]]), "xl/workbook.xml", lambda s: b"<!-- " + b"x" * 100_000 + b" -->" + DTD.encode() + s),
        with_part(opendocument("", "text"), "content.xml", lambda s: DTD.encode() + s),
    ],
)
def test_any_document_type_definition_in_any_part_is_refused(content):
    assert refusal(content) is Unreadable.CORRUPT
    assert read(attached(content, None)).unreadable is Unreadable.CORRUPT


def test_a_foreign_parser_gets_the_checked_parts_only():
    package = open_package(zipped({"a.xml": "<a/>", "xl/vbaProject.bin": "macro", "xl/media/i.xml": "x"}))
    assert package.names == {"a.xml", "xl/vbaProject.bin", "xl/media/i.xml"}
    assert open_package(package.stored()).parts == {"a.xml": b"<a/>"}
