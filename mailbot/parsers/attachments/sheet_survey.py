"""What a worksheet of an .xlsx shows and hides, told from its XML before any cell is read."""

import posixpath
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.cell_styles import CellStyle, cell_styles
from mailbot.parsers.attachments.package import Package
from mailbot.parsers.attachments.reading import MAX_COLUMNS, MAX_ROWS, CannotRead

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LAST_COLUMN = 16_384


@dataclass(slots=True)
class SheetSurvey:
    """Hidden rows and columns, filled cells without a value, and cells that do not just say their value; from 0."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: list[range] = field(default_factory=list)
    without_value: list[tuple[int, int]] = field(default_factory=list)
    styles: dict[tuple[int, int], CellStyle] = field(default_factory=dict)

    def hides_row(self, row: int) -> bool:
        """Whether the row is not shown."""
        return row in self.hidden_rows

    def hides_column(self, column: int) -> bool:
        """Whether the column is not shown."""
        return any(column in span for span in self.hidden_columns)

    def shown(self, row: int, column: int, value: object) -> object:
        """Return what the cell shows of its value."""
        style = self.styles.get((row, column))
        return value if style is None else style.shown(value)


def survey_sheets(package: Package) -> Mapping[str, SheetSurvey]:
    """Return the surveys by sheet name. Raises CannotRead (TOO_LARGE) when filled cells lie beyond the limits."""
    surveys: dict[str, SheetSurvey] = {}
    styles = cell_styles(package)
    for name, part in _sheet_parts(package).items():
        if part in package.parts:
            surveys[name] = _survey(package.parts[part], styles)
    return surveys


def _sheet_parts(package: Package) -> Mapping[str, str]:
    """Map the sheets' names to their parts, by the workbook's relations."""
    workbook = package.xml("xl/workbook.xml")
    relations = package.xml("xl/_rels/workbook.xml.rels")
    if workbook is None or relations is None:
        raise CannotRead(Unreadable.CORRUPT)
    targets = {r.get("Id", ""): posixpath.join("/xl", r.get("Target", "")) for r in relations}
    parts: dict[str, str] = {}
    for sheet in workbook.iterfind(".//{*}sheets/{*}sheet"):
        relation = sheet.get(_RELATION) or sheet.get(_STRICT_RELATION) or ""
        parts[sheet.get("name", "")] = posixpath.normpath(targets.get(relation, "")).lstrip("/")
    return parts


def _survey(part: bytes, styles: Sequence[CellStyle]) -> SheetSurvey:
    surveyor = _Surveyor({str(i): style for i, style in enumerate(styles) if not style.is_plain})
    parser = expat.ParserCreate()
    parser.StartElementHandler = surveyor.start
    parser.EndElementHandler = surveyor.end
    parser.CharacterDataHandler = surveyor.characters
    try:
        parser.Parse(part, True)
    except expat.ExpatError as error:
        raise CannotRead(Unreadable.CORRUPT) from error
    return surveyor.survey


class _Surveyor:
    """Handlers of the XML events; cells and rows without a reference follow the one before."""

    def __init__(self, styles: Mapping[str, CellStyle]) -> None:
        self.survey = SheetSurvey()
        self._styles = styles
        self._style: CellStyle | None = None
        self._row = -1
        self._column = -1
        self._rows_hidden_by_default = False
        self._has_formula = False
        self._has_value = False
        self._in_value = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        match tag.rpartition(":")[2]:
            case "c":
                self._start_cell(attributes.get("r"))
                self._style = self._styles.get(attributes.get("s", ""))
            case "v" | "is":
                self._in_value = True
            case "f":
                self._has_formula = True
            case "row":
                self._start_row(attributes)
            case "col" if _is_true(attributes.get("hidden")) or _is_zero(attributes.get("width")):
                first, last = int(attributes["min"]), min(int(attributes["max"]), _LAST_COLUMN)
                self.survey.hidden_columns.append(range(first - 1, last))
            case "sheetFormatPr":
                self._rows_hidden_by_default = _is_true(attributes.get("zeroHeight"))

    def end(self, tag: str) -> None:
        match tag.rpartition(":")[2]:
            case "v" | "is":
                self._in_value = False
            case "c":
                self._end_cell()

    def characters(self, data: str) -> None:
        if self._in_value:
            self._has_value = True

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._row = int(attributes["r"]) - 1 if "r" in attributes else self._row + 1
        self._column = -1
        hidden = attributes.get("hidden")
        if _is_true(hidden) or _is_zero(attributes.get("ht")) or (hidden is None and self._rows_hidden_by_default):
            self.survey.hidden_rows.add(self._row)

    def _start_cell(self, reference: str | None) -> None:
        self._column += 1
        if reference and (found := _REFERENCE.fullmatch(reference)):
            self._column, self._row = _column_number(found[1]), int(found[2]) - 1
        self._has_formula = self._has_value = False

    def _end_cell(self) -> None:
        if not (self._has_value or self._has_formula):
            return
        if self._row >= MAX_ROWS or self._column >= MAX_COLUMNS:
            raise CannotRead(Unreadable.TOO_LARGE)
        if self._style is not None:
            self.survey.styles[self._row, self._column] = self._style
        if not self._has_value:
            self.survey.without_value.append((self._row, self._column))


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _is_true(value: str | None) -> bool:
    return value in ("1", "true", "on")


def _is_zero(value: str | None) -> bool:
    return value is not None and value.replace(".", "").strip("0") == "" and value != ""
