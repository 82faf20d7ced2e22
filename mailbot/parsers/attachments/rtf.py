"""Rich text (.rtf): the text of the document, table cells separated by tabs."""

import re
from dataclasses import dataclass, replace

from mailbot.parsers.attachments.reading import Reading

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?[0-9]{1,10})? ?"  # control word with its number
    rb"|\\'([0-9a-fA-F]{2})"  # a byte of the font's charset
    rb"|\\([^a-zA-Z'])"  # control symbol
    rb"|([{}])"
    rb"|([^\\{}\r\n]+)"
)
_NOT_TEXT = frozenset({"fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "themedata", "datastore",
                       "listtable", "listoverridetable", "fldinst", "generator", "xmlnstbl", "filetbl", "revtbl",
                       "nonshppict", "template", "ftnsep", "annotation"})  # fmt: skip
_BREAKS = {"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "cell": "\t", "tab": "\t"}
_CHARACTERS = {"emdash": "—", "endash": "–", "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”",
               "bullet": "•", "emspace": " ", "enspace": " "}  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\\": "\\", "{": "{", "}": "}", "\n": "\n", "\r": "\n", "\t": "\t"}
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
             204: "cp1251", 238: "cp1250"}  # fmt: skip
_CODEPAGES = {936: "gb18030", 54936: "gb18030", 65001: "utf-8"}
_MAX_DEPTH = 500


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits; `stand_ins` characters follow each \\u for readers that do not know it."""

    shown: bool = True
    in_fonts: bool = False
    charset: str | None = None
    stand_ins: int = 1


def read_rtf(content: bytes) -> Reading:
    """Return the visible text; whatever is broken is skipped."""
    reader = _Reader()
    for match in _TOKEN.finditer(content):
        reader.take(match)
    text = "\n".join(line.rstrip("\t ") for line in reader.text().split("\n"))
    return Reading(text=re.sub(r"\n{3,}", "\n\n", text).strip("\n"))


class _Reader:
    """Walks the tokens; bytes are collected and decoded together, as one character may take two of them."""

    def __init__(self) -> None:
        self._out: list[str] = []
        self._bytes = bytearray()
        self._state = _State()
        self._stack: list[_State] = []
        self._skip = 0  # stand-ins of the last \\u that are still to come
        self._document_charset = "cp1252"
        self._fonts: dict[int, str] = {}
        self._font = 0  # the font that a font table is just defining

    def text(self) -> str:
        """Return all text so far."""
        self._flush()
        units = "".join(self._out).encode("utf-16-le", "surrogatepass")  # \\u writes a rare character as two halves
        return units.decode("utf-16-le", "replace")

    def take(self, match: re.Match[bytes]) -> None:
        """Read one token."""
        word, number, byte, symbol, brace, plain = match.groups()
        if word is not None:
            self._word(word.decode("ascii"), int(number) if number else None)
        elif byte is not None:
            self._add_bytes(bytes([int(byte, 16)]), 1)
        elif symbol is not None:
            self._symbol(symbol.decode("latin-1"))
        elif brace is not None:
            self._brace(brace)
        else:
            self._add_bytes(plain, 0)

    def _brace(self, brace: bytes) -> None:
        self._flush()
        self._skip = 0
        if brace == b"{" and len(self._stack) < _MAX_DEPTH:
            self._stack.append(self._state)
        elif brace == b"}" and self._stack:
            self._state = self._stack.pop()

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self._state = replace(self._state, shown=False)
        elif symbol in _SYMBOLS:
            self._add(_SYMBOLS[symbol])

    def _word(self, word: str, number: int | None) -> None:
        match word:
            case "u" if number is not None:
                self._add(_utf16_unit(number))
                self._skip = self._state.stand_ins
            case "uc":
                self._state = replace(self._state, stand_ins=min(max(number or 0, 0), 10))
            case "ansicpg":
                self._document_charset = _CODEPAGES.get(number or 0, f"cp{number}")
            case "fonttbl":
                self._state = replace(self._state, shown=False, in_fonts=True)
            case "f" if self._state.in_fonts:
                self._font = number or 0
            case "f":
                self._flush()
                self._state = replace(self._state, charset=self._fonts.get(number or 0))
            case "fcharset" if self._state.in_fonts and number in _CHARSETS:
                self._fonts[self._font] = _CHARSETS[number]
            case "v" | "deleted":
                self._flush()
                self._state = replace(self._state, shown=number == 0)
            case "plain" if not self._state.in_fonts:
                self._flush()
                self._state = replace(self._state, charset=None)
            case name if name in _NOT_TEXT:
                self._state = replace(self._state, shown=False)
            case name if name in _BREAKS:
                self._add(_BREAKS[name])
            case name if name in _CHARACTERS:
                self._add(_CHARACTERS[name])

    def _add_bytes(self, data: bytes, width: int) -> None:
        """Take bytes of text, less the stand-ins of a \\u before them; `width` is 1 for a hexadecimal byte."""
        dropped = min(self._skip, len(data))
        self._skip = max(0, self._skip - (width or dropped))
        if self._state.shown:
            self._bytes += data[dropped:]

    def _add(self, text: str) -> None:
        self._flush()
        if self._state.shown:
            self._out.append(text)

    def _flush(self) -> None:
        if self._bytes:
            self._out.append(_decoded(bytes(self._bytes), self._state.charset or self._document_charset))
            self._bytes.clear()


def _utf16_unit(number: int) -> str:
    return chr(number % 65536)


def _decoded(data: bytes, charset: str) -> str:
    try:
        return data.decode(charset, "replace")
    except LookupError:
        return data.decode("cp1252", "replace")
