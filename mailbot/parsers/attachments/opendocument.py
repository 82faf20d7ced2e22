"""OpenDocument files: text documents (.odt) as lines, spreadsheets (.ods) as rows of what is shown."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element  # a type; parsing is defusedxml's

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.package import open_package
from mailbot.parsers.attachments.reading import MAX_COLUMNS, MAX_ROWS, CannotRead, Reading
from mailbot.parsers.attachments.table import cell_text, one_line, sheets_text

_UNSEEN = frozenset({"tracked-changes", "annotation", "annotation-end", "hidden-text", "hidden-paragraph", "ruby-text",
                     "note-citation", "forms", "title", "desc"})  # fmt: skip
_CHARACTERS = {"tab": "\t", "line-break": "\n"}
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def read_opendocument(content: bytes) -> Reading:
    """Return the visible text of an .odt or .ods. Raises CannotRead; ENCRYPTED when the manifest says so."""
    package = open_package(content)
    if b"encryption-data" in package.parts.get("META-INF/manifest.xml", b""):
        raise CannotRead(Unreadable.ENCRYPTED)
    root = package.xml("content.xml")
    body = None if root is None else root.find(f"{_OFFICE}body")
    if root is None or body is None:
        raise CannotRead(Unreadable.CORRUPT)
    if (spreadsheet := body.find(f"{_OFFICE}spreadsheet")) is not None:
        return _Spreadsheet(root).read(spreadsheet)
    return Reading(text="\n".join(_blocks(body)).strip("\n"))


def _blocks(parent: Element) -> Iterator[str]:
    """Yield paragraphs and table rows as lines, in the order of the document."""
    for child in parent:
        match _tag(child):
            case "p" | "h":
                yield "".join(_text(child))
            case "table":
                for row in child.iter(f"{_TABLE}table-row"):
                    cells = [one_line(" ".join(_blocks(c))) for c in row if _tag(c).endswith("table-cell")]
                    yield "\t".join(cells).rstrip("\t")
            case name if name not in _UNSEEN:
                yield from _blocks(child)


def _text(paragraph: Element) -> Iterator[str]:
    yield paragraph.text or ""
    for child in paragraph:
        name = _tag(child)
        if name == "s":
            yield " " * min(_count(child, f"{_TEXT}c"), 100)
        elif name in _CHARACTERS:
            yield _CHARACTERS[name]
        elif name == "text-box":
            yield "\n" + "\n".join(_blocks(child)) + "\n"
        elif name not in _UNSEEN:
            yield from _text(child)
        yield child.tail or ""


class _Spreadsheet:
    """The reader of one spreadsheet; it knows which table styles hide their sheet."""

    def __init__(self, root: Element) -> None:
        self._hiding_styles = {
            style.get(f"{_STYLE}name")
            for style in root.iter(f"{_STYLE}style")
            for properties in style.iter(f"{_STYLE}table-properties")
            if properties.get(f"{_TABLE}display") == "false"
        }
        self._notes: list[str] = []

    def read(self, spreadsheet: Element) -> Reading:
        sheets: list[tuple[str, list[list[str]]]] = []
        for table in spreadsheet.iterfind(f"{_TABLE}table"):
            name = table.get(f"{_TABLE}name", "")
            rows, hidden_content = _shown_rows(table)
            if table.get(f"{_TABLE}style-name") in self._hiding_styles:
                if rows or hidden_content:
                    self._notes.append(f"hidden sheet with content: {name}")
                continue
            if hidden_content:
                self._notes.append(f"hidden cells with content: {name}")
            sheets.append((name, rows))
        return Reading(text=sheets_text(sheets), notes=tuple(self._notes))


def _shown_rows(table: Element) -> tuple[list[list[str]], bool]:
    """Return the visible cells, and whether hidden ones have content. Raises CannotRead beyond the limits."""
    hidden_columns = _hidden_columns(table)
    rows: list[list[str]] = []
    hidden_content = False
    for row in table.iter(f"{_TABLE}table-row"):
        cells = _cells(row)
        if not any(cells):
            rows.append([])  # a run of empty rows is one empty line in any case
            continue
        shown = [cell for column, cell in enumerate(cells) if column not in hidden_columns]
        hidden = _is_hidden(row)
        hidden_content |= hidden or sum(map(bool, shown)) < sum(map(bool, cells))
        repeated = _count(row, f"{_TABLE}number-rows-repeated")
        if len(rows) + repeated > MAX_ROWS:
            raise CannotRead(Unreadable.TOO_LARGE)
        if not hidden:
            rows.extend([shown] * repeated)
    return (rows if any(map(any, rows)) else []), hidden_content


def _hidden_columns(table: Element) -> set[int]:
    hidden: set[int] = set()
    at = 0
    for column in table.iter(f"{_TABLE}table-column"):
        repeated = _count(column, f"{_TABLE}number-columns-repeated")
        if _is_hidden(column):
            hidden.update(range(at, min(at + repeated, MAX_COLUMNS)))
        at += repeated
    return hidden


def _cells(row: Element) -> list[str]:
    """Return the row's cells up to the last filled one. Raises CannotRead beyond the limit."""
    cells: list[str] = []
    gap = 0
    for cell in row:
        if not _tag(cell).endswith("table-cell"):
            continue
        repeated = _count(cell, f"{_TABLE}number-columns-repeated")
        text = _cell(cell)
        if not text:
            gap += repeated
            continue
        if len(cells) + gap + repeated > MAX_COLUMNS:
            raise CannotRead(Unreadable.TOO_LARGE)
        cells += [""] * gap + [text] * repeated
        gap = 0
    return cells


def _cell(cell: Element) -> str:
    """Return the cell's value; numbers and dates by their value, not by how the sender's locale shows them."""
    match cell.get(f"{_OFFICE}value-type"):
        case "float" | "percentage" | "currency":
            return _decimal(cell.get(f"{_OFFICE}value", ""))
        case "date":
            return cell.get(f"{_OFFICE}date-value", "").removesuffix("T00:00:00").replace("T", " ")
        case _:
            return one_line(" ".join(_blocks(cell)))


def _decimal(written: str) -> str:
    try:
        return cell_text(float(written))
    except ValueError:
        return written


def _is_hidden(element: Element) -> bool:
    return element.get(f"{_TABLE}visibility") in ("collapse", "filter")


def _count(element: Element, attribute: str) -> int:
    """Return a repetition, 1 when there is none."""
    written = element.get(attribute, "1")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 1


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]
