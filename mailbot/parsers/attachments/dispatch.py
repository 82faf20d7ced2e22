"""The reader for each kind of attachment."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib import import_module

from mailbot.domain.message import Attachment, TextPart, Unreadable
from mailbot.parsers.accents import composed
from mailbot.parsers.attachments.kinds import Identity, Kind, identify
from mailbot.parsers.attachments.reading import MAX_CONTENT, MAX_TEXT, CannotRead, Reading

_READERS: Mapping[Kind, tuple[str, str]] = {
    Kind.XLSX: ("workbook", "read_xlsx"),
    Kind.XLSB: ("workbook", "read_xlsb"),
    Kind.XLS: ("workbook", "read_xls"),
    Kind.OPEN_DOCUMENT: ("opendocument", "read_opendocument"),
    Kind.DOCX: ("docx", "read_docx"),
    Kind.PDF: ("pdf", "read_pdf"),
    Kind.RTF: ("rtf", "read_rtf"),
    Kind.HTML: ("nested", "read_html"),
    Kind.MESSAGE: ("nested", "read_message"),
    Kind.DELIMITED: ("delimited", "read_delimited"),
    Kind.TEXT: ("plain", "read_plain"),
}
"""Module and function by kind; a module is loaded when its first file comes, as the libraries take long to load."""

_WITHOUT_TEXT = {
    Kind.ENCRYPTED: Unreadable.ENCRYPTED,
    Kind.CORRUPT: Unreadable.CORRUPT,
    Kind.UNSUPPORTED: Unreadable.UNSUPPORTED,
    Kind.IMAGE: Unreadable.NO_TEXT,
}
CHEAP = frozenset({Kind.TEXT, Kind.DELIMITED})
"""Kinds whose readers are linear, of our own and bounded by the size: they need no process of their own."""

CHEAP_BYTES = 500_000
_DECOY_IMAGE_BYTES = 50_000
_DECORATION = re.compile(r"logo|banner|icon|signature|spacer|facebook|linkedin|twitter|instagram", re.IGNORECASE)
_MAX_NAME = 150


def read(attachment: Attachment) -> Attachment:
    """Return the attachment with its text, with the reason why it has none, or marked as decoy; never raises."""
    settled = read_without_risk(attachment)
    return settled if settled is not None else _with_text(attachment, identify(attachment))


def read_without_risk(attachment: Attachment) -> Attachment | None:
    """Return the attachment read, where that needs no foreign parser and little time; None for the others."""
    if len(attachment.content) > MAX_CONTENT:
        return replace(attachment, unreadable=Unreadable.TOO_LARGE)
    if not attachment.content:
        return replace(attachment, unreadable=Unreadable.NO_TEXT)
    identity = identify(attachment)
    if identity.kind is Kind.DECOY or (identity.kind is Kind.IMAGE and _is_decoration(attachment)):
        return replace(attachment, decoy=True)
    if identity.kind in _WITHOUT_TEXT:
        return replace(attachment, unreadable=_WITHOUT_TEXT[identity.kind], notes=identity.notes)
    if identity.kind in CHEAP and len(attachment.content) <= CHEAP_BYTES:
        return _with_text(attachment, identity)
    return None


def part_name(filename: str | None) -> str:
    """Return the part's name in evidence: the last part of the path, without control and direction characters."""
    last = re.split(r"[/\\]", filename or "")[-1]
    clean = "".join(c for c in last if unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp"))
    return f"attachment:{clean.strip()[:_MAX_NAME] or 'unnamed'}"


def _is_decoration(attachment: Attachment) -> bool:
    """Whether a picture is a logo or the like; a large one may be a scan or a screenshot of the request."""
    return len(attachment.content) < _DECOY_IMAGE_BYTES or bool(_DECORATION.search(attachment.filename or ""))


def _with_text(attachment: Attachment, identity: Identity) -> Attachment:
    try:
        reading = _reader(identity.kind)(attachment.content)
        text = _storable(reading.text if reading.links else composed(reading.text))
        if len(text) > MAX_TEXT:
            raise CannotRead(Unreadable.TOO_LARGE)
        if not text.strip():
            raise CannotRead(Unreadable.NO_TEXT)
    except CannotRead as error:
        return replace(attachment, unreadable=error.why, notes=identity.notes)
    except MemoryError:
        return replace(attachment, unreadable=Unreadable.TOO_LARGE, notes=identity.notes)
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a panic of a native parser is no Exception
        return replace(
            attachment, unreadable=Unreadable.CORRUPT, notes=(*identity.notes, f"reader failed: {type(error).__name__}")
        )
    part = TextPart(name=part_name(attachment.filename), text=text, links=reading.links)
    return replace(attachment, part=part, notes=(*identity.notes, *reading.notes))


def _reader(kind: Kind) -> Callable[[bytes], Reading]:
    module, function = _READERS[kind]
    reader: Callable[[bytes], Reading] = getattr(import_module(f"mailbot.parsers.attachments.{module}"), function)
    return reader


def _storable(text: str) -> str:
    """Return the text without what no database takes; replaced one for one, so that offsets stay."""
    if "\x00" in text or any("\ud800" <= c <= "\udfff" for c in text):
        return "".join("\ufffd" if c == "\x00" or "\ud800" <= c <= "\udfff" else c for c in text)
    return text
