"""How the cells of an .xlsx look, as far as that changes what they say: words in the number format, white on white."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element  # a type; parsing is defusedxml's

from mailbot.parsers.attachments.package import Package

_LITERAL = re.compile(r'"([^"]*)"|\\(.)|([ -])')
_WITH_WORDS = re.compile(r'((?:"[^"]*"|\\.|-)*)(0+|#,##0|#)((?: |"[^"]*"|\\.)*)(?:;.*)?')
_INVISIBLE = ";;;"
_PAPER_THEME_COLOUR = "0"


@dataclass(frozen=True, slots=True)
class CellStyle:
    """The look of a cell. `before`, `digits` and `after` are of formats like `"SEN-"0000000` or `0" users"`."""

    hidden: bool = False
    before: str = ""
    digits: int = 0
    after: str = ""

    @property
    def is_plain(self) -> bool:
        """Whether the cell says just its value."""
        return self == CellStyle()

    def shown(self, value: object) -> object:
        """Return a whole number as the sheet shows it, other values as they are; nothing for a hidden cell."""
        if self.hidden:
            return ""
        if not isinstance(value, float) or not value.is_integer() or value < 0:
            return value
        if not (self.before or self.after or self.digits > 1):
            return value
        return f"{self.before}{int(value):0{self.digits}}{self.after}"


def cell_styles(package: Package) -> Sequence[CellStyle]:
    """Return the styles by their number, as the `s` of a cell gives it. Raises CannotRead."""
    root = package.xml("xl/styles.xml")
    if root is None:
        return ()
    formats = {f.get("numFmtId"): f.get("formatCode", "") for f in root.iterfind("{*}numFmts/{*}numFmt")}
    white = [_is_white(font) for font in root.iterfind("{*}fonts/{*}font")]
    bare = [_is_bare(fill) for fill in root.iterfind("{*}fills/{*}fill")]
    return [
        _style(
            formats.get(xf.get("numFmtId"), ""),
            on_paper=_at(bare, xf.get("fillId"), default=True),
            in_white=_at(white, xf.get("fontId"), default=False),
        )
        for xf in root.iterfind("{*}cellXfs/{*}xf")
    ]


def _style(code: str, *, on_paper: bool, in_white: bool) -> CellStyle:
    if code == _INVISIBLE or (on_paper and in_white):
        return CellStyle(hidden=True)
    if (found := _WITH_WORDS.fullmatch(code)) is None:
        return CellStyle()
    before, digits, after = found.groups()
    return CellStyle(before=_words(before), digits=digits.count("0") if "#" not in digits else 0, after=_words(after))


def _words(literals: str) -> str:
    return _LITERAL.sub(lambda m: m[1] or m[2] or m[3] or "", literals)


def _is_white(font: Element) -> bool:
    colour = font.find("{*}color")
    if colour is None:
        return False
    tinted = colour.get("tint") not in (None, "0")
    return colour.get("rgb", "")[-6:].upper() == "FFFFFF" or (colour.get("theme") == _PAPER_THEME_COLOUR and not tinted)


def _is_bare(fill: Element) -> bool:
    pattern = fill.find("{*}patternFill")
    return pattern is not None and pattern.get("patternType", "none") == "none"


def _at(values: Sequence[bool], number: str | None, *, default: bool) -> bool:
    index = int(number) if number and number.isdigit() and len(number) < 7 else -1
    return values[index] if 0 <= index < len(values) else default
