"""The text of tables: one line per row, cells separated by a tab."""

import datetime as dt
from collections.abc import Iterable, Sequence

from mailbot.domain.message import Unreadable
from mailbot.parsers.attachments.reading import MAX_COLUMNS, MAX_ROWS, CannotRead

Rows = Sequence[Sequence[str]]


def cell_text(value: object) -> str:
    """Return a cell's value as one line: 50 for 50.0, dates in ISO 8601, 15 digits as spreadsheets show them."""
    match value:
        case bool():
            return "TRUE" if value else "FALSE"
        case int():
            return str(value)
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "minutes")
        case dt.date():
            return value.isoformat()
        case dt.time():
            return value.isoformat("minutes")
        case dt.timedelta():
            minutes = int(value.total_seconds()) // 60
            return f"{minutes // 60}:{minutes % 60:02}"
        case str():
            return one_line(value)
        case _:
            return ""


def one_line(text: str) -> str:
    """Return the text with line breaks, tabs and runs of spaces as one space; the ideographic space stays."""
    return " ".join(text.replace("\u3000", "\ue000").split()).replace("\ue000", "\u3000").strip("\u3000")


def rows_text(rows: Iterable[Sequence[str]]) -> str:
    """Return the rows as lines without trailing empty cells; a run of empty rows is one empty line.

    Raises CannotRead (TOO_LARGE) for more filled rows or columns than a request can have.
    """
    lines: list[str] = []
    for cells in rows:
        line = "\t".join(cells).rstrip("\t")
        if line.count("\t") >= MAX_COLUMNS or len(lines) > MAX_ROWS:
            raise CannotRead(Unreadable.TOO_LARGE)
        if line or (lines and lines[-1]):
            lines.append(line)
    return "\n".join(lines).rstrip("\n")


def sheets_text(sheets: Iterable[tuple[str, Rows]]) -> str:
    """Return the sheets one below the other; with more than one that is not empty each has its name as a heading."""
    texts = [(name, text) for name, rows in sheets if (text := rows_text(rows))]
    if len(texts) == 1:
        return texts[0][1]
    return "\n\n".join(f"# {one_line(name)}\n{text}" for name, text in texts)
