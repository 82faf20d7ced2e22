"""Files of office programs, made in code for the tests."""

import io
import struct
import zipfile
from collections.abc import Callable, Mapping, Sequence

import openpyxl

from mailbot.domain.message import Attachment

SHEET = "xl/worksheets/sheet1.xml"
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{short}:1.0"'
    for short in ("office", "text", "table", "style")
)


def attached(content: bytes, filename: str | None, content_type: str = "application/octet-stream") -> Attachment:
    """Return the bytes as an attachment."""
    return Attachment(filename=filename, content_type=content_type, size=len(content), md5="", content=content)


def xlsx(rows: Sequence[Sequence[object]], change: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """Return a workbook with one sheet, changed as told before it is saved."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.active.append(row)
    if change is not None:
        change(workbook)
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()


def zipped(entries: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip of the entries."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def with_part(content: bytes, name: str, change: Callable[[bytes], bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return the package with one part changed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {n: archive.read(n) for n in archive.namelist()}
    entries[name] = change(entries.get(name, b""))
    return zipped(entries, method)


def docx(body: str, more: Mapping[str, str] | None = None, before: str = "") -> bytes:
    """Return a document with this WordprocessingML in its body; `more` are other parts, by name."""
    parts = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f"{before}<w:document {_W}><w:body>{body}</w:body></w:document>",
    }
    for name, part in (more or {}).items():
        parts[name] = part.replace("<w:hdr>", f"<w:hdr {_W}>").replace("<w:ftr>", f"<w:ftr {_W}>")
    return zipped(parts)


def paragraph(*texts: str) -> str:
    """Return a paragraph with one run for each text."""
    return "<w:p>" + "".join(f"<w:r><w:t>{text}</w:t></w:r>" for text in texts) + "</w:p>"


def table(*rows: Sequence[str]) -> str:
    """Return a table of plain cells."""
    return (
        "<w:tbl>"
        + "".join("<w:tr>" + "".join(f"<w:tc>{paragraph(c)}</w:tc>" for c in row) + "</w:tr>" for row in rows)
        + "</w:tbl>"
    )


def opendocument(body: str, kind: str, styles: str = "", manifest: str = "<manifest/>") -> bytes:
    """Return an OpenDocument file; `kind` is `text` or `spreadsheet`."""
    return zipped(
        {
            "mimetype": f"application/vnd.oasis.opendocument.{kind}",
            "META-INF/manifest.xml": manifest,
            "content.xml": f"<office:document-content {_ODF}>"
            f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:{kind}>{body}</office:{kind}></office:body></office:document-content>",
        }
    )


def xls(rows: Sequence[Sequence[str | float]], name: str = "Sheet1") -> bytes:
    """Return a BIFF8 workbook of one sheet in an OLE container."""
    start = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0005, 0, 1997, 0, 0))
    title = name.encode("utf-16-le")
    sheet = _record(0x0809, struct.pack("<HHHHII", 0x0600, 0x0010, 0, 1997, 0, 0))
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                text = struct.pack("<HHHHB", r, c, 0, len(value), 1) + value.encode("utf-16-le")
                sheet += _record(0x0204, text)
            else:
                sheet += _record(0x0203, struct.pack("<HHHd", r, c, 0, value))
    sheet += _record(0x000A, b"")
    offset = len(start) + 4 + 8 + len(title) + 4
    bound = _record(0x0085, struct.pack("<IBBBB", offset, 0, 0, len(name), 1) + title)
    return ole({"Workbook": start + bound + _record(0x000A, b"") + sheet})


def ole(streams: Mapping[str, bytes]) -> bytes:
    """Return an OLE container (version 3) with one stream, padded so that it needs no mini stream."""
    ((name, data),) = streams.items()
    data = data.ljust(max(4096, -(-len(data) // 512) * 512), b"\x00")
    sectors = len(data) // 512
    fat = [0xFFFFFFFD, 0xFFFFFFFE, *range(3, 2 + sectors), 0xFFFFFFFE]
    fat += [0xFFFFFFFF] * (128 - len(fat))
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
        + struct.pack("<I", 0)
        + b"\xff\xff\xff\xff" * 108
    )
    directory = _directory_entry("Root Entry", 5, child=1, start=0xFFFFFFFE, size=0)
    directory += _directory_entry(name, 2, child=0xFFFFFFFF, start=2, size=len(data))
    directory += bytes(256)
    return header + struct.pack("<128I", *fat) + directory + data


def xlsb(rows: Sequence[Sequence[str | float]], name: str = "Sheet1") -> bytes:
    """Return a binary workbook of one sheet."""
    sheet = _binary_record(129) + _binary_record(148, struct.pack("<IIII", 0, len(rows) - 1, 0, len(rows[0]) - 1))
    sheet += _binary_record(145)
    for r, row in enumerate(rows):
        sheet += _binary_record(0, struct.pack("<I", r) + bytes(13))
        for c, value in enumerate(row):
            where = struct.pack("<II", c, 0)
            if isinstance(value, str):
                sheet += _binary_record(6, where + _wide(value))
            else:
                sheet += _binary_record(5, where + struct.pack("<d", value))
    sheet += _binary_record(146) + _binary_record(130)
    bundle = _binary_record(156, struct.pack("<II", 0, 1) + _wide("rId1") + _wide(name))
    book = _binary_record(131) + _binary_record(143) + bundle + _binary_record(144) + _binary_record(132)
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" '
        'Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations,
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _binary_record(kind: int, data: bytes = b"") -> bytes:
    code = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    length, rest = b"", len(data)
    while rest > 0x7F:
        length, rest = length + bytes([rest & 0x7F | 0x80]), rest >> 7
    return code + length + bytes([rest]) + data


def _wide(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def _directory_entry(name: str, kind: int, *, child: int, start: int, size: int) -> bytes:
    encoded = (name + "\0").encode("utf-16-le")
    return (
        encoded.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(encoded), kind, 1, 0xFFFFFFFF, 0xFFFFFFFF, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )
