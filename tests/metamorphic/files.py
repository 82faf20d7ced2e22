"""Rows of a request as files of office programs."""

import csv
import io
import random
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

import typst

from tests.parsers.attachments.office_files import docx, paragraph, table, xlsx

TableRows = Sequence[Sequence[str]]
_FONTS = Path(__file__).resolve().parents[2] / "templates" / "fonts"
_PAGE = '#set text(font: ("Noto Sans", "Noto Sans CJK SC"), size: 10pt)\n'


def as_xlsx(rows: TableRows) -> bytes:
    """Return a workbook; whole numbers are numbers."""
    return xlsx([[int(cell) if cell.isdigit() else cell for cell in row] for row in rows])


def as_csv(rows: TableRows) -> bytes:
    """Return a semicolon or comma separated file in UTF-8, with or without the mark of its encoding."""
    rng = random.Random(str(rows))
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=rng.choice(";,")).writerows(rows)
    return out.getvalue().encode(rng.choice(("utf-8", "utf-8-sig")))


def as_docx(rows: TableRows) -> bytes:
    """Return a document: pairs as paragraphs, the rest as a table."""
    pairs, rest = _parted(rows)
    body = "".join(paragraph(escape(f"{label}: {value}")) for label, value in pairs)
    return docx(body + (table(*([escape(cell) for cell in row] for row in rest)) if rest else ""))


def as_pdf(rows: TableRows) -> bytes:
    """Return a page: pairs as lines, the rest as a table."""
    pairs, rest = _parted(rows)
    text = _PAGE + "".join(f"{_string(f'{label}: {value}')} \\\n" for label, value in pairs)
    if rest:
        cells = ", ".join(_string(cell, content=False) for row in rest for cell in row)
        text += f"\n#table(columns: {len(rest[0])}, {cells})\n"
    return _compiler().compile(text.encode(), format="pdf")


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(font_paths=[_FONTS], ignore_system_fonts=True)


def _parted(rows: TableRows) -> tuple[list[tuple[str, str]], list[Sequence[str]]]:
    border = rows.index(()) if () in rows else len(rows)
    return [(label, value) for label, value in rows[:border]], list(rows[border + 1 :])


def _string(text: str, *, content: bool = True) -> str:
    quoted = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return f"#{quoted}" if content else quoted
