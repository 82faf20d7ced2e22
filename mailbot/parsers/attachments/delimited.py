"""Tables in text files: .csv and .tsv with any of the usual separators and charsets."""

import csv
import io
from collections import Counter

from mailbot.parsers.attachments.charset import decode
from mailbot.parsers.attachments.reading import Reading
from mailbot.parsers.attachments.table import one_line, rows_text

_SEPARATORS = "\t;,|"
_SAMPLE = 50_000


def read_delimited(content: bytes) -> Reading:
    """Return the rows with tabs between the cells, quoting resolved. Raises CannotRead when there are too many."""
    text = decode(content).replace("\x00", "")
    first, _, rest = text.partition("\n")
    separator = None
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        separator, text = first.strip()[4], rest
    rows = _parse(text, separator or _separator(text))
    return Reading(text=rows_text([one_line(cell) for cell in row] for row in rows))


def _separator(text: str) -> str | None:
    """Return the separator that cuts most rows into the same number of cells; None when no one does."""
    best, best_score = None, (0.0, 0)
    sample = text[:_SAMPLE]
    for separator in _SEPARATORS:
        widths = Counter(len(row) for row in _parse(sample, separator) if any(row))
        width, rows = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        score = (rows / widths.total(), width) if width > 1 else (0.0, 0)
        if score > best_score:
            best, best_score = separator, score
    return best


def _parse(text: str, separator: str | None) -> list[list[str]]:
    if separator is None:
        return [[line] for line in text.splitlines()]
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True))
    except csv.Error:  # a field beyond the module's limit: an unbalanced quote
        return [line.split(separator) for line in text.splitlines()]
