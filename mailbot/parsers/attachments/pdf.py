"""PDF documents: what stands on one line of the page stays on one line, columns separated by a tab."""

import ctypes
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.reading import MAX_PAGES, MAX_TEXT, CannotRead, Reading

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage  # type: ignore[import-untyped]  # has no type information

_SPACE_GAP = 0.16
_COLUMN_GAP = 0.7
"""Gaps between glyphs in heights of the line: from the first on a space, from the second on another column."""

_TINY = 1.5
"""Letters up to this height, in points, cannot be seen."""

_SAME_ROW = 0.5
"""Two glyphs are on one row when their middles differ by less than this part of the height."""


@dataclass(frozen=True, slots=True)
class _Glyph:
    character: str
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return max(self.top - self.bottom, 0.1)

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def read_pdf(content: bytes) -> Reading:
    """Return the text of the first pages, a blank line between pages. Raises CannotRead, NO_TEXT for a scan."""
    document = _open(content)
    try:
        pages, size = [], 0
        for number in range(min(len(document), MAX_PAGES)):
            pages.append(_page_text(document, number))
            if (size := size + len(pages[-1])) > MAX_TEXT:
                raise CannotRead(Unreadable.TOO_LARGE)
        left_out = len(document) - len(pages)
    finally:
        document.close()
    if not any(pages):
        raise CannotRead(Unreadable.NO_TEXT)
    notes = (f"{left_out} pages after the first {MAX_PAGES} were not read",) if left_out else ()
    return Reading(text="\n\n".join(filter(None, pages)), notes=notes)


def _open(content: bytes) -> "PdfDocument":
    import pypdfium2
    import pypdfium2.raw as pdfium  # type: ignore[import-untyped]  # has no type information

    try:
        document = pypdfium2.PdfDocument(content)
        if document.get_formtype() != pdfium.FORMTYPE_NONE:
            document.init_forms()
    except pypdfium2.PdfiumError as error:
        encrypted = getattr(error, "err_code", None) in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY)
        raise CannotRead(Unreadable.ENCRYPTED if encrypted else Unreadable.CORRUPT) from error
    return document


def _page_text(document: "PdfDocument", number: int) -> str:
    import pypdfium2
    import pypdfium2.raw as pdfium

    try:
        page = document[number]
        if document.formenv is not None and pdfium.FPDFPage_Flatten(page, pdfium.FLAT_NORMALDISPLAY) == 1:
            page.close()
            page = document[number]  # now with the values of the form's fields as text
        return "\n".join(_row_text(row) for row in _rows(list(_glyphs(page))))
    except pypdfium2.PdfiumError:
        return ""  # a broken page among good ones; a file of broken pages has no text


def _glyphs(page: "PdfPage") -> Iterator[_Glyph]:
    """Yield the visible characters with their boxes, turned as the page is shown."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    turn = page.get_rotation()
    left, bottom, right, top = page.get_cropbox()
    box = pdfium.FS_RECTF()
    for index in range(min(text_page.count_chars(), MAX_TEXT)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code <= 32 or pdfium.FPDFText_IsGenerated(text_page, index) == 1:
            continue
        if not pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box)):
            continue
        if box.left >= right or box.right <= left or box.bottom >= top or box.top <= bottom:
            continue  # beside the page
        glyph = _turned(_character(code), box, turn)
        if glyph.height > _TINY:
            yield glyph


def _character(code: int) -> str:
    """Return the character; PDFium marks a hyphen at a line's end as U+0002, surrogates are no text."""
    if code == 2:
        return "-"
    return chr(code) if not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF else "\ufffd"


def _turned(character: str, box: "ctypes.Structure", turn: int) -> _Glyph:
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    match turn:
        case 90:
            return _Glyph(character, bottom, top, -right, -left)
        case 180:
            return _Glyph(character, -right, -left, -top, -bottom)
        case 270:
            return _Glyph(character, -top, -bottom, left, right)
        case _:
            return _Glyph(character, left, right, bottom, top)


def _rows(glyphs: list[_Glyph]) -> list[list[_Glyph]]:
    """Return the glyphs of each row from left to right, rows from top to bottom."""
    rows: list[list[_Glyph]] = []
    for glyph in sorted(glyphs, key=lambda g: -g.middle):
        if rows and abs(rows[-1][0].middle - glyph.middle) < _SAME_ROW * min(rows[-1][0].height, glyph.height):
            rows[-1].append(glyph)
        else:
            rows.append([glyph])
    return [sorted(row, key=lambda g: g.left) for row in rows]


def _row_text(row: list[_Glyph]) -> str:
    pieces = [row[0].character]
    for before, glyph in itertools.pairwise(row):
        gap = (glyph.left - before.right) / max(before.height, glyph.height)
        if gap >= _COLUMN_GAP:
            pieces.append("\t")
        elif gap >= _SPACE_GAP:
            pieces.append(" ")
        pieces.append(glyph.character)
    return "".join(pieces)
