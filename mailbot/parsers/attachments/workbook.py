"""Spreadsheets of Excel: .xlsx, .xlsm, .xlsb and .xls, read by calamine."""

import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.package import Package, open_package
from mailbot.parsers.attachments.reading import MAX_COLUMNS, MAX_ROWS, CannotRead, Reading
from mailbot.parsers.attachments.sheet_survey import SheetSurvey, survey_sheets
from mailbot.parsers.attachments.table import cell_text, sheets_text

if TYPE_CHECKING:
    from python_calamine import CalamineSheet, CalamineWorkbook

_UNSEEN_NOTE = "hidden rows and columns cannot be told in this format"


def read_xlsx(content: bytes) -> Reading:
    """Return what an .xlsx or .xlsm shows; hidden sheets, rows and columns are only noted. Raises CannotRead."""
    package = open_package(content)
    surveys = survey_sheets(package)
    return _read(package.stored(), surveys, _package_notes(package))


def read_xlsb(content: bytes) -> Reading:
    """Return what the visible sheets of an .xlsb hold. Raises CannotRead."""
    package = open_package(content)
    return _read(package.stored(), {}, (*_package_notes(package), _UNSEEN_NOTE))


def read_xls(content: bytes) -> Reading:
    """Return what the visible sheets of an .xls (BIFF) hold. Raises CannotRead."""
    return _read(content, {}, (_UNSEEN_NOTE,))


def _package_notes(package: Package) -> tuple[str, ...]:
    return ("has macros",) if any(name.lower().endswith("vbaproject.bin") for name in package.names) else ()


def _read(content: bytes, surveys: Mapping[str, SheetSurvey], notes: Sequence[str]) -> Reading:
    from python_calamine import SheetTypeEnum, SheetVisibleEnum

    workbook = _open(content)
    found = list(notes)
    sheets: list[tuple[str, list[list[str]]]] = []
    for index, about in enumerate(workbook.sheets_metadata):
        if about.typ not in (SheetTypeEnum.WorkSheet, SheetTypeEnum.MacroSheet):
            continue
        sheet = workbook.get_sheet_by_index(index)
        if about.visible is not SheetVisibleEnum.Visible:
            if sheet.start is not None:
                found.append(f"hidden sheet with content: {about.name}")
            continue
        survey = surveys.get(about.name, SheetSurvey())
        sheets.append((about.name, _visible_rows(sheet, survey, found)))
        if survey.without_value:
            found.append(f"formula without value: {about.name}, {len(survey.without_value)} cells")
    return Reading(text=sheets_text(sheets), notes=tuple(found))


def _open(content: bytes) -> "CalamineWorkbook":
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    try:
        return CalamineWorkbook.from_filelike(io.BytesIO(content))
    except PasswordError as error:
        raise CannotRead(Unreadable.ENCRYPTED) from error
    except CalamineError as error:
        raise CannotRead(Unreadable.CORRUPT) from error


def _visible_rows(sheet: "CalamineSheet", survey: SheetSurvey, notes: list[str]) -> list[list[str]]:
    if sheet.start is None:
        return []
    if sheet.height > MAX_ROWS or sheet.width > MAX_COLUMNS:
        raise CannotRead(Unreadable.TOO_LARGE)
    first_row, first_column = sheet.start
    shown = [c for c in range(sheet.width) if not survey.hides_column(first_column + c)]
    rows: list[list[str]] = []
    hidden_cells = 0
    for row, values in enumerate(sheet.to_python(), start=first_row):
        filled = sum(value != "" for value in values)
        visible = [] if survey.hides_row(row) else [survey.shown(row, first_column + c, values[c]) for c in shown]
        hidden_cells += filled - sum(value != "" for value in visible)
        if not survey.hides_row(row):
            rows.append([cell_text(value) for value in visible])
    if hidden_cells:
        notes.append(f"hidden cells with content: {sheet.name}, {hidden_cells} cells")
    return rows
