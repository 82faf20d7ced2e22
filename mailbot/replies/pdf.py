"""Prints a quote as PDF with typst. One compiler per process: building one scans the fonts, using it takes 10 ms."""

import re
import threading

import typst

from mailbot.domain.errors import SetupError
from mailbot.resources import Resources

_LINE = re.compile(r"bytes__\.typ:(\d+):")  # of the layout, which is given as bytes


class QuotePrinter:
    """Turns the document's data into PDF bytes; the same data gives the same bytes. Safe to share between threads."""

    def __init__(self, files: Resources, logo: str = "") -> None:
        self._layout = files.find("templates/quote/quote.typ")
        fonts = typst.Fonts(
            include_system_fonts=False,
            include_embedded_fonts=False,
            font_paths=list(files.folders("templates/fonts")),
        )
        # The layout is given as bytes so that it may read files only beside the logo, wherever that lies.
        root = files.find(f"templates/quote/{logo}").parent if logo else self._layout.parent
        self._source = self._layout.read_bytes()
        self._compiler = typst.Compiler(root=root, font_paths=fonts)
        self._lock = threading.Lock()

    def __call__(self, data: str) -> bytes:
        """Return the PDF of the data (JSON, see data.json.j2).

        Raises SetupError when the layout does not compile, with typst's words for where and why.
        """
        with self._lock:
            try:
                pdf = self._compiler.compile(self._source, format="pdf", sys_inputs={"data": data})
            except typst.TypstError as error:
                raise SetupError(f"{self._layout}{_line_of(error)}: {error.message}") from error
        if not isinstance(pdf, bytes):
            raise SetupError(f"{self._layout}: gave no document")
        return pdf


def _line_of(error: typst.TypstError) -> str:
    """Return where in the layout the error is, as typst draws it below the message."""
    found = _LINE.search(error.diagnostic or "")
    return f", line {found[1]}" if found else ""
