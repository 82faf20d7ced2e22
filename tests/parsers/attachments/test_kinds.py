"""What an attachment is: content before type before name."""

import pytest
from office_files import attached, docx, ole, opendocument, paragraph, xls, xlsb, xlsx, zipped

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import read
from mailbot.parsers.attachments.dispatch import part_name
from mailbot.parsers.attachments.kinds import Kind, identify

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (xlsx([["x"]]), Kind.XLSX),
        (xlsb([["x"]]), Kind.XLSB),
        (xls([["x"]]), Kind.XLS),
        (docx(paragraph("x")), Kind.DOCX),
        (opendocument("", "text"), Kind.OPEN_DOCUMENT),
        (b"%PDF-1.7 ...", Kind.PDF),
        (rb"{\rtf1 x}", Kind.RTF),
        (b"<!DOCTYPE html><p>x", Kind.HTML),
        (zipped({"order.xlsx": xlsx([["x"]])}), Kind.UNSUPPORTED),
        (ole({"WordDocument": "Workbook\0".encode("utf-16-le")}), Kind.UNSUPPORTED),
        (ole({"EncryptedPackage": b""}), Kind.ENCRYPTED),
        (b"-----BEGIN PGP MESSAGE-----\n", Kind.ENCRYPTED),
        (b"BEGIN:VCARD\r\n", Kind.DECOY),
        (b"\x78\x9f\x3e\x22winmail", Kind.UNSUPPORTED),
        (PNG, Kind.IMAGE),
    ],
)
@pytest.mark.parametrize(
    ("filename", "content_type"), [(None, "application/octet-stream"), ("order.txt", "text/plain"), ("x.pdf", "")]
)
def test_content_tells_whatever_name_and_type_say(content, kind, filename, content_type):
    assert identify(attached(content, filename, content_type)).kind is kind


@pytest.mark.parametrize(
    ("filename", "content_type", "kind"),
    [
        ("a.csv", "application/vnd.ms-excel", Kind.DELIMITED),
        ("a.csv", "text/plain", Kind.DELIMITED),
        ("a.csv", "application/octet-stream", Kind.DELIMITED),
        (None, "text/csv", Kind.DELIMITED),
        ("ORDER.TXT", "application/octet-stream", Kind.TEXT),
        (None, "text/plain", Kind.TEXT),
        ("noname", "application/octet-stream", Kind.TEXT),
        ("a.json", "application/json", Kind.UNSUPPORTED),
        ("order.xlsx", "application/octet-stream", Kind.CORRUPT),
        ("order.pdf", "application/pdf", Kind.CORRUPT),
        ("key.asc", "application/pgp-keys", Kind.DECOY),
        ("smime.p7m", "application/pkcs7-mime", Kind.ENCRYPTED),
    ],
)
def test_of_text_the_type_tells_then_the_name(filename, content_type, kind):
    assert identify(attached(b"Product,Users\nJira,50\n", filename, content_type)).kind is kind


def test_pictures_of_any_format_are_pictures():
    assert (
        identify(attached(b"<svg xmlns='http://www.w3.org/2000/svg'/>", "logo.svg", "image/svg+xml")).kind is Kind.IMAGE
    )
    assert identify(attached(b"RIFF\x00\x00\x00\x00WEBP", "a.webp", "image/webp")).kind is Kind.IMAGE


def test_an_xml_workbook_of_2003_has_no_reader():
    content = b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>'
    assert read(attached(content, "order.xls", "application/vnd.ms-excel")).unreadable is Unreadable.UNSUPPORTED


def test_two_letters_do_not_make_a_picture_or_a_program():
    for text in (b"BMW Group, 50 users", b"MZ is our reference"):
        assert identify(attached(text, "order.txt", "text/plain")).kind is Kind.TEXT


def test_a_mail_is_told_by_its_header():
    assert identify(attached(b"Subject: x\n\nbody", None, "message/rfc822")).kind is Kind.MESSAGE
    assert identify(attached(b"no header at all", "a.eml", "message/rfc822")).kind is Kind.TEXT


def test_disagreement_is_noted():
    found = read(attached(xlsx([["x"]]), "order.pdf", "application/pdf"))
    assert found.readable
    assert found.notes == ("declared as PDF, is Excel workbook",)


@pytest.mark.parametrize(
    ("filename", "size", "decoy"),
    [("image001.png", 10_000, True), ("logo.png", 300_000, True), ("scan0001.png", 300_000, False)],
)
def test_small_pictures_and_logos_are_decoys_large_ones_are_scans(filename, size, decoy):
    found = read(attached(PNG + bytes(size), filename, "image/png"))
    assert found.decoy is decoy
    assert found.unreadable is (None if decoy else Unreadable.NO_TEXT)


@pytest.mark.parametrize(
    ("content", "filename", "content_type"),
    [
        (b"BEGIN:VCARD\nFN:Jane", "jane.vcf", "text/vcard"),
        (b"BEGIN:VCALENDAR\n", "invite.ics", "text/calendar"),
        (b"\x30\x82\x01\x02\x00", "smime.p7s", "application/pkcs7-signature"),
        (b"-----BEGIN PGP SIGNATURE-----\n", "signature.asc", "application/pgp-signature"),
    ],
)
def test_cards_invitations_and_signatures_are_decoys(content, filename, content_type):
    found = read(attached(content, filename, content_type))
    assert (found.decoy, found.part, found.unreadable) == (True, None, None)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", Unreadable.NO_TEXT),
        (b" \n\t\n", Unreadable.NO_TEXT),
        (bytes(25_000_001), Unreadable.TOO_LARGE),
        (zipped({"a.txt": "x"}), Unreadable.UNSUPPORTED),
        (ole({"EncryptedPackage": b""}), Unreadable.ENCRYPTED),
        (b"PK\x03\x04 cut off", Unreadable.CORRUPT),
        (b"MZ\x90\x00\x03\x00\x00\x00\x04\x00\x00\x00\xff\xff", Unreadable.UNSUPPORTED),
        (bytes(range(256)), Unreadable.UNSUPPORTED),
    ],
)
def test_what_gives_no_text_says_why(content, why):
    found = read(attached(content, None))
    assert (found.part, found.unreadable) == (None, why)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("order.xlsx", "attachment:order.xlsx"),
        ("../../etc/passwd", "attachment:passwd"),
        ("C:\\Users\\x\\order.csv", "attachment:order.csv"),
        ("order\u202excod.exe", "attachment:orderxcod.exe"),
        ("a\x00b\r\nc.txt", "attachment:abc.txt"),
        ("見積依頼書.docx", "attachment:見積依頼書.docx"),
        (None, "attachment:unnamed"),
        ("///", "attachment:unnamed"),
    ],
)
def test_names_are_labels_only(filename, name):
    assert part_name(filename) == name
