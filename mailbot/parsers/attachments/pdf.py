"""PDF documents: what stands on one line of the page stays on one line, columns separated by a tab."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.reading import MAX_PAGES, MAX_TEXT, CannotRead, Reading

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage  # type: ignore[import-untyped]  # has no type information

_SPACE_GAP = 0.16
_WIDE_SPACE_GAP = 0.3
_COLUMN_GAP = 0.7
"""Gaps between glyphs in heights of the line: from which on there is a space, a space before an ideograph (they are
set loosely), another column."""

_TABLE_CELLS = 3
_LINE = 1.5
"""Cells that make a line a row of a table; distance, in heights, of the next line of the same cell."""

_SPACES_IN_TEXT = 2
"""More spaces than these in a row separate columns: text set with a typewriter's means."""

_SPACES = frozenset((*range(2), *range(3, 33), 160))

_TINY = 1.5
"""Letters up to this height, in points, cannot be seen."""

_SAME_ROW = 0.5
"""Two glyphs are on one row when their middles differ by less than this part of the height."""


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    bottom: float
    top: float

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class _Glyph:
    """A character that is seen; `spaces` before it were written in the file or found by PDFium."""

    character: str
    box: _Box
    spaces: int
    spaces_width: float  # of those written in the file

    def gap_after(self, before: "_Glyph") -> float:
        """Return the empty width between the two in heights of the line; a space or two are no empty width."""
        written = self.spaces_width if self.spaces <= _SPACES_IN_TEXT else 0.0
        return (self.box.left - before.box.right - written) / max(self.box.height, before.box.height)


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
        return "\n".join(_lines(list(_glyphs(page))))
    except pypdfium2.PdfiumError:
        return ""  # a broken page among good ones; a file of broken pages has no text


def _glyphs(page: "PdfPage") -> Iterator[_Glyph]:
    """Yield the visible characters with their boxes, turned as the page is shown."""
    import pypdfium2.raw as pdfium

    text_page = page.get_textpage()
    turn = page.get_rotation()
    left, bottom, right, top = page.get_cropbox()
    box = pdfium.FS_RECTF()
    spaces, spaces_width = 0, 0.0
    for index in range(min(text_page.count_chars(), MAX_TEXT)):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        has_box = pdfium.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(box))
        turned = _turned(box, turn)
        if code in _SPACES:
            spaces += 1
            if has_box and not pdfium.FPDFText_IsGenerated(text_page, index):
                spaces_width += turned.right - turned.left
            continue
        beside = box.left >= right or box.right <= left or box.bottom >= top or box.top <= bottom
        if has_box and not beside and turned.height > _TINY:
            yield _Glyph(_character(code), turned, spaces, spaces_width)
        spaces, spaces_width = 0, 0.0


def _character(code: int) -> str:
    """Return the character; PDFium marks a hyphen at a line's end as U+0002, surrogates are no text."""
    if code == 2:
        return "-"
    return chr(code) if not 0xD800 <= code <= 0xDFFF and code <= 0x10FFFF else "\ufffd"


def _turned(box: "ctypes.Structure", turn: int) -> _Box:
    """Return the box as the page is shown."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    match turn:
        case 90:
            return _Box(bottom, top, -right, -left)
        case 180:
            return _Box(-right, -left, -top, -bottom)
        case 270:
            return _Box(-top, -bottom, left, right)
        case _:
            return _Box(left, right, bottom, top)


def _lines(glyphs: list[_Glyph]) -> list[str]:
    """Return the page's rows as text, from top to bottom; a cell that runs over two lines is in one row."""
    rows: list[_Row] = []
    for row in _rows(glyphs):
        if not (rows and rows[-1].takes_over(row)):
            rows.append(row)
    return ["\t".join(cell.text for cell in row.cells) for row in rows]


def _rows(glyphs: list[_Glyph]) -> Iterator["_Row"]:
    """Yield the glyphs that stand on one line, from left to right."""
    on_line: list[_Glyph] = []
    for glyph in sorted(glyphs, key=lambda g: -g.box.middle):
        if on_line and not _is_level(on_line[0].box, glyph.box):
            yield _Row(on_line)
            on_line = []
        on_line.append(glyph)
    if on_line:
        yield _Row(on_line)


def _is_level(one: _Box, other: _Box) -> bool:
    return abs(one.middle - other.middle) < _SAME_ROW * min(one.height, other.height)


@dataclass(slots=True)
class _Cell:
    """A stretch of a row without a wide gap."""

    left: float
    right: float
    text: str


class _Row:
    """The cells that stand on one line."""

    def __init__(self, glyphs: list[_Glyph]) -> None:
        self.height = glyphs[0].box.height
        self.middle = glyphs[0].box.middle
        self.cells: list[_Cell] = []
        before: _Glyph | None = None
        for glyph in sorted(glyphs, key=lambda g: g.box.left):
            if before is None or (gap := glyph.gap_after(before)) >= _COLUMN_GAP:
                self.cells.append(_Cell(glyph.box.left, glyph.box.right, glyph.character))
            else:
                spaced = glyph.spaces > 0 or gap >= (_WIDE_SPACE_GAP if _is_wide(glyph.character) else _SPACE_GAP)
                self.cells[-1].text += " " + glyph.character if spaced else glyph.character
                self.cells[-1].right = max(self.cells[-1].right, glyph.box.right)
            before = glyph

    def takes_over(self, below: "_Row") -> bool:
        """Join a lone cell close below to the cell of this table row that it continues; return whether it did."""
        if len(self.cells) < _TABLE_CELLS or len(below.cells) > 1 or self.middle - below.middle > _LINE * self.height:
            return False
        rest = below.cells[0]
        ends = [cell.left for cell in self.cells[1:]] + [math.inf]
        for cell, end in list(zip(self.cells, ends, strict=True))[1:]:
            if abs(rest.left - cell.left) < self.height / 4 and rest.right < end:
                cell.text = f"{cell.text} {rest.text}"
                self.middle = below.middle
                return True
        return False


def _is_wide(character: str) -> bool:
    """Whether the character is of a script that puts no spaces between words."""
    return character >= "\u2e80"
