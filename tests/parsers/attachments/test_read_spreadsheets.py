"""Spreadsheets read as rows of what a person sees."""

import datetime as dt
import zipfile

import pytest
from office_files import SHEET, attached, opendocument, with_part, xls, xlsb, xlsx
from openpyxl.styles import Font, PatternFill

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments import read

MOMENT = dt.datetime(2027, 3, 31, 12, 30)  # noqa: DTZ001  cells know no time zone
CELL = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'


def text_of(content: bytes, filename: str = "order.xlsx") -> str:
    found = read(attached(content, filename))
    assert found.part is not None, found.unreadable
    return found.part.text


@pytest.mark.parametrize("make", [xlsx, xls, xlsb])
@pytest.mark.parametrize("words", [("Produkt", "Plätze"), ("产品", "数量"), ("製品", "数量"), ("제품", "수량")])
def test_rows_are_lines_with_tabs_in_every_excel_format(make, words):
    assert text_of(make([list(words), ["Jira", 50.0]])) == f"{words[0]}\t{words[1]}\nJira\t50"


def test_values_are_written_plainly():
    row = [50, 50.0, 0.25, 0.1 + 0.2, dt.date(2027, 3, 31), MOMENT, True, "00123", 1e9]
    assert text_of(xlsx([row])) == "50\t50\t0.25\t0.3\t2027-03-31\t2027-03-31 12:30\tTRUE\t00123\t1000000000"


def test_inner_empty_cells_keep_columns_aligned_and_trailing_ones_are_dropped():
    assert text_of(xlsx([["a", None, "c", None], ["x", "y", None, None]])) == "a\t\tc\nx\ty"


def test_empty_rows_are_one_empty_line():
    assert text_of(xlsx([["a"], [None], [None], ["b"], [None]])) == "a\n\nb"


def test_lines_and_tabs_in_a_cell_become_spaces():
    assert text_of(xlsx([["1 Main St\nBerlin\tGermany", "x"]])) == "1 Main St Berlin Germany\tx"


def test_errors_are_empty_cells():
    assert text_of(xlsx([["a", "#N/A", "b"]])) == "a\t\tb"


def test_several_filled_sheets_have_their_names_as_headings():
    def add(workbook):
        workbook.active.title = "One"
        workbook.create_sheet("Empty")
        workbook.create_sheet("Two")["B2"] = "y"

    assert text_of(xlsx([["x"]], add)) == "# One\nx\n\n# Two\ny"


def test_a_merged_title_appears_once():
    def merge(workbook):
        workbook.active.merge_cells("A1:C1")

    assert text_of(xlsx([["Quote request"], ["a", "b", "c"]], merge)) == "Quote request\na\tb\tc"


def test_phonetic_guides_are_no_text():
    with_guide = with_part(
        xlsx([["x"]]),
        SHEET,
        lambda s: s.replace(b"<t>x</t>", "<t>見積</t><rPh sb='0' eb='2'><t>ミツ</t></rPh>".encode()),
    )
    assert text_of(with_guide) == "見積"


class TestHidden:
    def test_hidden_sheets_rows_and_columns_are_noted_and_not_read(self):
        def hide(workbook):
            sheet = workbook.active
            sheet.row_dimensions[2].hidden = True
            sheet.column_dimensions["B"].hidden = True
            secret = workbook.create_sheet("old prices")
            secret["A1"] = "secret"
            secret.sheet_state = "veryHidden"

        found = read(attached(xlsx([["a", "hidden", "c"], ["gone", "gone", "gone"], ["x", None, "z"]], hide), "o.xlsx"))
        assert found.part is not None
        assert found.part.text == "a\tc\nx\tz"
        assert found.notes == ("hidden cells with content: Sheet, 4 cells", "hidden sheet with content: old prices")

    def test_a_hidden_column_without_content_is_no_matter(self):
        def hide(workbook):
            workbook.active.column_dimensions["B"].hidden = True

        found = read(attached(xlsx([["a", None, "c"]], hide), "o.xlsx"))
        assert found.part is not None
        assert (found.part.text, found.notes) == ("a\tc", ())

    def test_formula_without_value_is_noted_and_empty(self):
        found = read(attached(xlsx([["Users", "=SUM(1,2)"]]), "o.xlsx"))
        assert found.part is not None
        assert found.part.text == "Users"
        assert found.notes == ("formula without value: Sheet, 1 cells",)

    def test_formula_with_value_is_its_value(self):
        counted = with_part(xlsx([["=1+1"]]), SHEET, lambda s: s.replace(b"<v />", b"<v>2</v>"))
        found = read(attached(counted, "o.xlsx"))
        assert found.part is not None
        assert (found.part.text, found.notes) == ("2", ())

    def test_macros_are_noted(self):
        found = read(attached(with_part(xlsx([["x"]]), "xl/vbaProject.bin", lambda _: b"\x00"), "order.xlsm"))
        assert found.readable
        assert "has macros" in found.notes


class TestLook:
    """What the format of a cell adds to its value or takes from it."""

    @pytest.mark.parametrize(
        ("number_format", "value", "shown"),
        [
            ('"SEN-"0000000', 1234567, "SEN-1234567"),
            ('"SEN-"0000000', 123456, "SEN-0123456"),
            ("00000", 8001, "08001"),
            ('0" users"', 50, "50 users"),
            ('#,##0\\ "Benutzer"', 1200, "1200 Benutzer"),
            ("#,##0", 1200, "1200"),
            ("0.00", 1200, "1200"),
            ("0", 50, "50"),
            ('"SEN-"0000000', "unknown", "unknown"),
            ('"USD" #,##0.00', 1200, "1200"),
            ("General", 1200, "1200"),
        ],
    )
    def test_words_and_zeros_of_a_number_format_are_text(self, number_format, value, shown):
        def form(workbook):
            workbook.active["A1"].number_format = number_format

        assert text_of(xlsx([[value]], form)) == shown

    def test_white_on_white_is_noted_and_not_read(self):
        def whiten(workbook):
            for cell in workbook.active[1]:
                cell.font = Font(color="FFFFFFFF")
            workbook.active["C1"].fill = PatternFill("solid", fgColor="FF000080")
            workbook.active["D1"].font = Font(color="FF000000")
            workbook.active["E1"].number_format = ";;;"

        found = read(attached(xlsx([["white", "white", "on blue", "black", 7]], whiten), "o.xlsx"))
        assert found.part is not None
        assert found.part.text.strip() == "on blue\tblack"
        assert found.notes == ("hidden cells with content: Sheet, 3 cells",)


class TestLimits:
    @pytest.mark.parametrize("reference", ["XFD1048576", "BI1", "A5001"])
    def test_filled_cells_far_out_are_too_large(self, reference):
        far = with_part(
            xlsx([["x"]]),
            SHEET,
            lambda s: s.replace(b"</sheetData>", b'<row><c r="%b"><v>1</v></c></row></sheetData>' % reference.encode()),
        )
        assert read(attached(far, "o.xlsx")).unreadable is Unreadable.TOO_LARGE

    def test_formatted_empty_cells_far_out_do_no_harm(self):
        far = with_part(
            xlsx([["x"]]),
            SHEET,
            lambda s: s.replace(b"</sheetData>", b'<row><c r="XFD1048576" s="0"/></row></sheetData>'),
        )
        assert text_of(far) == "x"

    def test_a_million_columns_are_too_large(self):
        cells = b"<c><v>1</v></c>" * 1_000_000
        wide = with_part(xlsx([["x"]]), SHEET, lambda s: s.replace(b"</row>", cells + b"</row>"), zipfile.ZIP_STORED)
        assert read(attached(wide, "o.xlsx")).unreadable is Unreadable.TOO_LARGE


class TestOpenDocument:
    def sheet(self, rows: str, columns: str = "", name: str = "S", style: str = "") -> str:
        return f'<table:table table:name="{name}" table:style-name="{style}">{columns}{rows}</table:table>'

    def row(self, *cells: str, attributes: str = "") -> str:
        return f"<table:table-row {attributes}>{''.join(cells)}</table:table-row>"

    @pytest.mark.parametrize("word", ["Größe", "版本", "プラン", "플랜"])
    def test_values_come_from_the_cell_not_from_its_look(self, word):
        number = CELL.format("1.200,00").replace('type="string"', 'type="float" office:value="1200"')
        date = CELL.format("31.3.").replace('type="string"', 'type="date" office:date-value="2027-03-31"')
        body = self.sheet(self.row(CELL.format(word), number, date))
        assert text_of(opendocument(body, "spreadsheet"), "o.ods") == f"{word}\t1200\t2027-03-31"

    def test_repetitions_are_written_out_and_empty_ones_are_not(self):
        gap = '<table:table-cell table:number-columns-repeated="2"/>'
        tail = '<table:table-cell table:number-columns-repeated="16000"/>'
        body = self.sheet(
            self.row(CELL.format("a"), gap, CELL.format("b"), tail)
            + self.row(tail, attributes='table:number-rows-repeated="1000000"')
            + self.row(CELL.format("c"), attributes='table:number-rows-repeated="2"')
        )
        assert text_of(opendocument(body, "spreadsheet"), "o.ods") == "a\t\t\tb\n\nc\nc"

    def test_filled_repetitions_beyond_the_limit_are_too_large(self):
        body = self.sheet(self.row(CELL.format("a"), attributes='table:number-rows-repeated="1000000"'))
        assert read(attached(opendocument(body, "spreadsheet"), "o.ods")).unreadable is Unreadable.TOO_LARGE

    def test_hidden_sheets_rows_and_columns_are_noted_and_not_read(self):
        style = '<style:style style:name="off"><style:table-properties table:display="false"/></style:style>'
        columns = '<table:table-column/><table:table-column table:visibility="collapse"/>'
        body = self.sheet(
            self.row(CELL.format("a"), CELL.format("b"))
            + self.row(CELL.format("c"), attributes='table:visibility="filter"'),
            columns,
        ) + self.sheet(self.row(CELL.format("secret")), name="old", style="off")
        found = read(attached(opendocument(body, "spreadsheet", style), "o.ods"))
        assert found.part is not None
        assert found.part.text == "a"
        assert found.notes == ("hidden cells with content: S", "hidden sheet with content: old")


def test_the_workbook_of_a_broken_office_file_is_corrupt():
    assert read(attached(xlsx([["x"]])[:-100], "o.xlsx")).unreadable is Unreadable.CORRUPT
    broken = with_part(xlsx([["x"]]), SHEET, lambda s: s[: len(s) // 2])
    assert read(attached(broken, "o.xlsx")).unreadable is Unreadable.CORRUPT


def test_an_empty_workbook_has_no_text():
    assert read(attached(xlsx([]), "o.xlsx")).unreadable is Unreadable.NO_TEXT
