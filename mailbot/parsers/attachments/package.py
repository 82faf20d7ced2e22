"""Zip containers of office files, opened so that neither their size nor their XML can hurt."""

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError  # types only; parsing is defusedxml's

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.reading import (
    MAX_ENTRIES,
    MAX_ENTRIES_TOTAL,
    MAX_ENTRY,
    MAX_RATIO,
    CannotRead,
)

_END_OF_DIRECTORY = struct.Struct("<4s4H2LH")
_DIRECTORY_BYTES_PER_ENTRY = 512
_RATIO_FREE_BYTES = 1_000_000
_DECLARATION = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_READ_SUFFIXES = (".xml", ".rels", ".bin")
_NEVER_READ = ("vbaproject.bin", "/media/", "/embeddings/", "/printersettings/", "/activex/")


@dataclass(frozen=True, slots=True)
class Package:
    """The names of all entries, and the inflated parts that readers may want; no part holds a DTD."""

    names: frozenset[str]
    parts: Mapping[str, bytes]

    def xml(self, name: str) -> Element | None:
        """Return the part's root element, or None when there is no such part. Raises CannotRead."""
        from defusedxml import ElementTree
        from defusedxml.common import DefusedXmlException

        if (part := self.parts.get(name)) is None:
            return None
        try:
            root: Element = ElementTree.fromstring(part, forbid_dtd=True)
        except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
            raise CannotRead(Unreadable.CORRUPT) from error
        return root

    def stored(self) -> bytes:
        """Return a plain zip of the parts alone: what a foreign parser gets to see instead of the sender's bytes."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, part in self.parts.items():
                archive.writestr(zipfile.ZipInfo(name), part)
        return out.getvalue()


def open_package(content: bytes) -> Package:
    """Return the package after all checks. Raises CannotRead: TOO_LARGE, ENCRYPTED or CORRUPT."""
    with _archive(content) as archive:
        entries = archive.infolist()
        _check_sizes(entries)
        _check_layout(entries, archive.start_dir)
        wanted = [e for e in entries if _is_wanted(e.filename)]
        parts = {e.filename: _inflate(archive, e) for e in wanted}
    if any(_declares_dtd(part) for name, part in parts.items() if not name.endswith(".bin")):
        raise CannotRead(Unreadable.CORRUPT)
    return Package(frozenset(e.filename for e in entries), parts)


def entry_names(content: bytes) -> frozenset[str]:
    """Return the entries' names without inflating anything. Raises CannotRead."""
    with _archive(content) as archive:
        return frozenset(archive.namelist())


def _archive(content: bytes) -> zipfile.ZipFile:
    _check_directory(content)
    try:
        return zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error) as error:
        raise CannotRead(Unreadable.CORRUPT) from error


def _check_directory(content: bytes) -> None:
    """Refuse a directory that alone would take seconds to list; zipfile looks at it only after reading all of it."""
    at = content.rfind(b"PK\x05\x06")
    if at < 0 or len(content) - at < _END_OF_DIRECTORY.size:
        raise CannotRead(Unreadable.CORRUPT)
    fields = _END_OF_DIRECTORY.unpack_from(content, at)
    entries, directory_size = fields[4], fields[5]
    if entries > MAX_ENTRIES or directory_size > MAX_ENTRIES * _DIRECTORY_BYTES_PER_ENTRY:
        raise CannotRead(Unreadable.TOO_LARGE)


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_ENTRIES or sum(e.file_size for e in entries) > MAX_ENTRIES_TOTAL:
        raise CannotRead(Unreadable.TOO_LARGE)
    for entry in entries:
        if entry.file_size > MAX_ENTRY:
            raise CannotRead(Unreadable.TOO_LARGE)
        if entry.file_size > _RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
            raise CannotRead(Unreadable.TOO_LARGE)


def _check_layout(entries: list[zipfile.ZipInfo], directory_start: int) -> None:
    """Refuse encrypted, exotic, overlapping and doubled entries: no office program writes the latter three."""
    if any(e.flag_bits & 0x1 for e in entries):
        raise CannotRead(Unreadable.ENCRYPTED)
    if any(e.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for e in entries):
        raise CannotRead(Unreadable.CORRUPT)
    if len({e.filename for e in entries}) < len(entries):
        raise CannotRead(Unreadable.CORRUPT)
    in_order = sorted(entries, key=lambda e: e.header_offset)
    next_starts = [e.header_offset for e in in_order[1:]] + [directory_start]
    for entry, next_start in zip(in_order, next_starts, strict=True):
        if entry.header_offset + 30 + len(entry.filename) + entry.compress_size > next_start:
            raise CannotRead(Unreadable.CORRUPT)


def _is_wanted(name: str) -> bool:
    lower = name.lower()
    return lower.endswith(_READ_SUFFIXES) and not any(part in lower for part in _NEVER_READ)


def _inflate(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Return the entry; zipfile stops at the declared size and checks the sum."""
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, struct.error, ValueError) as error:
        raise CannotRead(Unreadable.CORRUPT) from error


def _declares_dtd(part: bytes) -> bool:
    """Whether the XML has a DTD; UTF-16 is looked at with its zero bytes taken out."""
    if b"\x00" in part[:4]:
        part = part.replace(b"\x00", b"")
    return _DECLARATION.search(part) is not None
