"""Word documents (.docx, .docm): paragraphs, tables as rows, headers, footers and text boxes, as they are shown."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element  # a type; parsing is defusedxml's

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.package import open_package
from mailbot.parsers.attachments.reading import CannotRead, Reading
from mailbot.parsers.attachments.table import one_line

_MAIN_PART = re.compile(r"word/document[0-9]*\.xml")
_HEADER_PART = re.compile(r"word/header[0-9]*\.xml")
_FOOTER_PART = re.compile(r"word/footer[0-9]*\.xml")
_GONE = frozenset({"del", "moveFrom", "instrText", "delText", "Fallback", "rPr", "pPr", "sectPr", "tblPr", "trPr"})
"""Elements without visible text: revisions taken back, field codes, the twin of a text box, properties."""

_CHARACTERS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TINY_HALF_POINTS = 4


def read_docx(content: bytes) -> Reading:
    """Return the document's visible text, page headers first and footers last. Raises CannotRead."""
    package = open_package(content)
    if not any(_MAIN_PART.fullmatch(name) for name in package.parts):
        raise CannotRead(Unreadable.CORRUPT)
    reader = _Reader()
    texts: dict[str, None] = {}  # headers of the first and of other pages often say the same: once
    for pattern in (_HEADER_PART, _MAIN_PART, _FOOTER_PART):
        for name in sorted(filter(pattern.fullmatch, package.parts)):
            root = package.xml(name)
            if root is not None:
                texts["\n".join(reader.blocks(root))] = None
    notes = ["has macros"] if any(name.lower().endswith("vbaproject.bin") for name in package.names) else []
    if reader.found_hidden:
        notes.append("hidden text")
    return Reading(text="\n".join(text for text in texts if text.strip()).strip("\n"), notes=tuple(notes))


class _Reader:
    """Walks a document. Only on bare paper is white text known to be invisible: tables and boxes may be shaded."""

    def __init__(self) -> None:
        self.found_hidden = False
        self._on_paper = True

    def blocks(self, parent: Element) -> Iterator[str]:
        """Yield paragraphs and table rows as lines, in the order of the document."""
        for child in parent:
            match _tag(child):
                case "p":
                    yield from self._paragraph(child)
                case "tbl":
                    yield from (line for row in _descend(child, "tr") if (line := self._row(row)))
                case name if name not in _GONE:
                    yield from self.blocks(child)

    def _paragraph(self, paragraph: Element) -> Iterator[str]:
        """Yield the paragraph's text, then that of the text boxes anchored in it."""
        boxes: list[Element] = []
        shaded = paragraph.find("./{*}pPr/{*}shd") is not None
        yield "".join(self._text(paragraph, boxes, on_paper=self._on_paper and not shaded))
        for box in boxes:
            yield from self._blocks_off_paper(box)

    def _text(self, parent: Element, boxes: list[Element], *, on_paper: bool) -> Iterator[str]:
        for child in parent:
            name = _tag(child)
            if name == "t":
                yield child.text or ""
            elif name in _CHARACTERS:
                yield _CHARACTERS[name]
            elif name == "txbxContent":
                boxes.append(child)
            elif name == "r" and (_is_hidden(child) or (on_paper and _is_white(child))):
                self.found_hidden = True
            elif name not in _GONE:
                yield from self._text(child, boxes, on_paper=on_paper)

    def _row(self, row: Element) -> str:
        """Return the cells joined by tabs; a cell over several columns is followed by empty ones."""
        if row.find("./{*}trPr/{*}del") is not None:
            return ""
        cells: list[str] = []
        for cell in _descend(row, "tc"):
            cells.append(one_line(" ".join(self._blocks_off_paper(cell))))
            span = cell.find("./{*}tcPr/{*}gridSpan")
            cells.extend([""] * (min(_number(span, 1), 64) - 1))
        return "\t".join(cells).rstrip("\t")

    def _blocks_off_paper(self, parent: Element) -> list[str]:
        before, self._on_paper = self._on_paper, False
        blocks = list(self.blocks(parent))
        self._on_paper = before
        return blocks


def _descend(parent: Element, name: str) -> Iterator[Element]:
    """Yield the nearest descendants of this name: content controls may stand between a table and its rows."""
    for child in parent:
        if _tag(child) == name:
            yield child
        elif _tag(child) not in _GONE:
            yield from _descend(child, name)


def _is_hidden(run: Element) -> bool:
    """Whether the run is marked as hidden or set in letters that nobody can see."""
    vanish, size = run.find("./{*}rPr/{*}vanish"), run.find("./{*}rPr/{*}sz")
    if vanish is not None and _value(vanish) not in ("0", "false", "off"):
        return True
    return size is not None and _number(size, _TINY_HALF_POINTS + 1) <= _TINY_HALF_POINTS


def _is_white(run: Element) -> bool:
    """Whether the run is set in white without a colour of its own behind it."""
    colour = run.find("./{*}rPr/{*}color")
    if colour is None or _value(colour).upper() != "FFFFFF":
        return False
    return run.find("./{*}rPr/{*}shd") is None and run.find("./{*}rPr/{*}highlight") is None


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Element) -> str:
    return next((v for key, v in element.attrib.items() if key.endswith("}val")), "")


def _number(element: Element | None, default: int) -> int:
    value = "" if element is None else _value(element)
    return int(value) if value.isascii() and value.isdigit() and len(value) < 6 else default
