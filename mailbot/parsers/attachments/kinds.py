"""What an attachment is: by its first bytes, then by its declared type, then by its name."""

import enum
import re
from dataclasses import dataclass

from mailbot.domain.message import Attachment, Unreadable
from mailbot.parsers.attachments.package import entry_names
from mailbot.parsers.attachments.reading import CannotRead


class Kind(enum.Enum):
    """A format that has a reader, or a class of files that has none. The value names it for staff."""

    XLSX = "Excel workbook"
    XLSB = "binary Excel workbook"
    XLS = "old Excel workbook"
    OPEN_DOCUMENT = "OpenDocument file"
    DOCX = "Word document"
    PDF = "PDF"
    RTF = "rich text"
    HTML = "web page"
    MESSAGE = "mail"
    DELIMITED = "table in a text file"
    TEXT = "text"
    IMAGE = "picture"
    DECOY = "card, invitation or signature"
    ENCRYPTED = "encrypted file"
    CORRUPT = "broken file"
    UNSUPPORTED = "file of another kind"


@dataclass(frozen=True, slots=True)
class Identity:
    """The kind, and what staff should know when bytes, type and name do not agree."""

    kind: Kind
    notes: tuple[str, ...] = ()


_MAGIC = (
    (b"{\\rtf", Kind.RTF),
    (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
    (b"\xff\xd8\xff", Kind.IMAGE),
    (b"GIF8", Kind.IMAGE),
    (b"II*\x00", Kind.IMAGE),
    (b"MM\x00*", Kind.IMAGE),
    (b"-----BEGIN PGP MESSAGE", Kind.ENCRYPTED),
    (b"-----BEGIN PGP", Kind.DECOY),
    (b"BEGIN:VCARD", Kind.DECOY),
    (b"BEGIN:VCALENDAR", Kind.DECOY),
    (b"\x78\x9f\x3e\x22", Kind.UNSUPPORTED),  # winmail.dat
    (b"Rar!", Kind.UNSUPPORTED),
    (b"7z\xbc\xaf\x27\x1c", Kind.UNSUPPORTED),
    (b"\x1f\x8b", Kind.UNSUPPORTED),
    (b"\x7fELF", Kind.UNSUPPORTED),
)
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_STREAMS = (
    (("__properties_version1.0", "WordDocument", "PowerPoint Document"), Kind.UNSUPPORTED),  # may embed workbooks
    (("EncryptedPackage",), Kind.ENCRYPTED),
    (("Workbook\0", "Book\0"), Kind.XLS),
)
_PDF_HEADER_WITHIN = 1024

_TYPES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": Kind.XLSX,
    "application/vnd.ms-excel.sheet.macroenabled.12": Kind.XLSX,
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": Kind.XLSB,
    "application/vnd.ms-excel": Kind.XLS,
    "application/vnd.oasis.opendocument.spreadsheet": Kind.OPEN_DOCUMENT,
    "application/vnd.oasis.opendocument.text": Kind.OPEN_DOCUMENT,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": Kind.DOCX,
    "application/pdf": Kind.PDF,
    "application/rtf": Kind.RTF,
    "text/rtf": Kind.RTF,
    "text/html": Kind.HTML,
    "application/xhtml+xml": Kind.HTML,
    "message/rfc822": Kind.MESSAGE,
    "message/global": Kind.MESSAGE,
    "text/csv": Kind.DELIMITED,
    "text/tab-separated-values": Kind.DELIMITED,
    "text/plain": Kind.TEXT,
    "text/markdown": Kind.TEXT,
    "text/vcard": Kind.DECOY,
    "text/x-vcard": Kind.DECOY,
    "text/calendar": Kind.DECOY,
    "application/ics": Kind.DECOY,
    "application/pkcs7-signature": Kind.DECOY,
    "application/x-pkcs7-signature": Kind.DECOY,
    "application/pgp-signature": Kind.DECOY,
    "application/pgp-keys": Kind.DECOY,
    "application/pkcs7-mime": Kind.ENCRYPTED,
    "application/x-pkcs7-mime": Kind.ENCRYPTED,
    "application/pgp-encrypted": Kind.DECOY,
}
_SUFFIXES = {
    "xlsx": Kind.XLSX,
    "xlsm": Kind.XLSX,
    "xltx": Kind.XLSX,
    "xlsb": Kind.XLSB,
    "xls": Kind.XLS,
    "ods": Kind.OPEN_DOCUMENT,
    "odt": Kind.OPEN_DOCUMENT,
    "docx": Kind.DOCX,
    "docm": Kind.DOCX,
    "pdf": Kind.PDF,
    "rtf": Kind.RTF,
    "html": Kind.HTML,
    "htm": Kind.HTML,
    "eml": Kind.MESSAGE,
    "csv": Kind.DELIMITED,
    "tsv": Kind.DELIMITED,
    "tab": Kind.DELIMITED,
    "txt": Kind.TEXT,
    "md": Kind.TEXT,
    "text": Kind.TEXT,
    "log": Kind.TEXT,
    "vcf": Kind.DECOY,
    "ics": Kind.DECOY,
    "p7s": Kind.DECOY,
    "asc": Kind.DECOY,
    "sig": Kind.DECOY,
    "p7m": Kind.ENCRYPTED,
}
_TOLD_BY_BYTES = frozenset({Kind.XLSX, Kind.XLSB, Kind.XLS, Kind.OPEN_DOCUMENT, Kind.DOCX, Kind.PDF, Kind.RTF})
_TEXTUAL = frozenset({Kind.HTML, Kind.MESSAGE, Kind.DELIMITED, Kind.TEXT, Kind.DECOY})
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]{0,200}>\s*)?(?:<!--.{0,500}?-->\s*)?<(?:!doctype\s+html|html|head|body|table|div|meta)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADER_START = re.compile(rb"(?:From |[A-Za-z][A-Za-z-]{1,40}:[ \t\r\n])")
_SAMPLE = 4096


def identify(attachment: Attachment) -> Identity:
    """Return what the attachment is; never raises. The content wins, a disagreement is noted."""
    told = _by_content(attachment.content)
    claimed = _by_claim(attachment)
    if told is not None:
        return Identity(told, _disagreement(told, claimed))
    if attachment.content_type.lower().startswith("image/"):
        return Identity(Kind.IMAGE)
    if not _is_text(attachment.content):
        kind = claimed if claimed in (Kind.DECOY, Kind.ENCRYPTED) else Kind.UNSUPPORTED
        return Identity(Kind.CORRUPT if claimed in _TOLD_BY_BYTES else kind)
    if _HTML_START.match(attachment.content[:_SAMPLE].decode("latin-1").lstrip("ï»¿")):
        return Identity(Kind.HTML, _disagreement(Kind.HTML, claimed))
    if claimed is Kind.MESSAGE:
        return Identity(Kind.MESSAGE if _HEADER_START.match(attachment.content) else Kind.TEXT)
    if claimed in _TEXTUAL or claimed is Kind.ENCRYPTED:
        return Identity(claimed)
    if claimed is Kind.XLS:  # what many programs export under this name, or a page that no reader knows
        if attachment.content.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"<"):
            return Identity(Kind.UNSUPPORTED)
        return Identity(Kind.DELIMITED, _disagreement(Kind.DELIMITED, claimed))
    return Identity(Kind.CORRUPT if claimed in _TOLD_BY_BYTES else _bare_text(attachment))


def _by_content(content: bytes) -> Kind | None:
    if content.startswith(b"PK\x03\x04"):
        return _zip_kind(content)
    if content.startswith(_OLE):
        return _ole_kind(content)
    if b"%PDF-" in content[:_PDF_HEADER_WITHIN]:
        return Kind.PDF
    stripped = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    return next((kind for magic, kind in _MAGIC if stripped.startswith(magic)), None)


def _zip_kind(content: bytes) -> Kind:
    """Tell the office formats by the names of their entries; any other zip is an archive."""
    try:
        names = {name.lower() for name in entry_names(content)}
    except CannotRead as error:
        return Kind.CORRUPT if error.why is Unreadable.CORRUPT else Kind.UNSUPPORTED
    if "xl/workbook.xml" in names:
        return Kind.XLSX
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "[content_types].xml" in names and any(name.startswith("word/") for name in names):
        return Kind.DOCX
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return Kind.OPEN_DOCUMENT
    return Kind.UNSUPPORTED


def _ole_kind(content: bytes) -> Kind:
    """Tell what an OLE file holds by the names of its streams (UTF-16 in its directory)."""
    for streams, kind in _OLE_STREAMS:
        if any(name.encode("utf-16-le") in content for name in streams):
            return kind
    return Kind.UNSUPPORTED


def _by_claim(attachment: Attachment) -> Kind | None:
    """Return the kind by declared type, or by name where the type says nothing or only that it is text."""
    by_type = _TYPES.get(attachment.content_type.lower())
    by_name = _SUFFIXES.get((attachment.filename or "").rpartition(".")[2].strip().lower())
    if by_type in (None, Kind.TEXT):
        return by_name or by_type
    if by_type is Kind.XLS and by_name is Kind.DELIMITED:  # how Windows declares .csv
        return by_name
    return by_type


def _disagreement(told: Kind, claimed: Kind | None) -> tuple[str, ...]:
    if claimed is None or claimed is told or told in (Kind.UNSUPPORTED, Kind.CORRUPT):
        return ()
    return (f"declared as {claimed.value}, is {told.value}",)


def _is_text(content: bytes) -> bool:
    """Whether the beginning has no control characters but those of text; UTF-16 may have zero bytes."""
    sample = content[:_SAMPLE]
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    controls = sum(1 for byte in sample if byte < 32 and byte not in b"\t\n\r\f\x1b")
    zeros = sample.count(0)
    if zeros and zeros == controls and max(sample[0::2].count(0), sample[1::2].count(0)) == zeros:
        return True
    return controls * 200 <= len(sample)


def _bare_text(attachment: Attachment) -> Kind:
    """Return what readable bytes of an unknown type are: text, unless the declared type is a foreign one."""
    main = attachment.content_type.lower().partition("/")[0]
    if main == "text" or attachment.content_type.lower() in ("application/octet-stream", ""):
        return Kind.TEXT
    return Kind.UNSUPPORTED
