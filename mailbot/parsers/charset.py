"""Bytes to text under whatever character set a mail program declared, or did not."""

import re
from collections.abc import Sequence

from mailbot.parsers.attachments.charset import likeliest

# What mail programs write for a label, and the superset that they mean by it.
_MEANT = {
    "us-ascii": "cp1252",
    "ascii": "cp1252",
    "ansi_x3.4-1968": "cp1252",
    "iso-8859-1": "cp1252",
    "iso8859-1": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252",
    "iso-8859-9": "cp1254",
    "iso-8859-8-i": "iso-8859-8",
    "gb2312": "gb18030",
    "gb_2312-80": "gb18030",
    "x-gbk": "gb18030",
    "gbk": "gb18030",
    "cp936": "gb18030",
    "hz-gb-2312": "hz",
    "big5": "cp950",
    "x-x-big5": "cp950",
    "ks_c_5601-1987": "cp949",
    "ks_c_5601": "cp949",
    "ksc5601": "cp949",
    "euc-kr": "cp949",
    "shift_jis": "cp932",
    "shift-jis": "cp932",
    "sjis": "cp932",
    "x-sjis": "cp932",
    "windows-31j": "cp932",
    "iso-2022-jp": "iso2022_jp_ext",
    "iso-2022-kr": "iso2022_kr",
    "utf8": "utf-8",
    "utf-8mb4": "utf-8",
    "unicode-1-1-utf-7": "utf-7",
    "x-unknown": "utf-8",
    "unknown-8bit": "utf-8",
    "default": "utf-8",
}
_PLACEHOLDERS = ("x-unknown", "unknown-8bit", "default")
_SHIFTED = ("iso2022_jp_ext", "iso2022_kr")
_SECOND = {"cp950": "big5hkscs", "iso2022_jp_ext": "cp932", "cp932": "shift_jisx0213"}
_LANGUAGE_OF = {
    "gb18030": "zh-Hans",
    "hz": "zh-Hans",
    "cp950": "zh-Hant",
    "big5hkscs": "zh-Hant",
    "cp949": "ko",
    "iso2022_kr": "ko",
    "cp932": "ja",
    "euc_jp": "ja",
    "shift_jisx0213": "ja",
    "iso2022_jp_ext": "ja",
    "koi8-r": "ru",
    "koi8_r": "ru",
    "koi8-u": "uk",
    "koi8_u": "uk",
    "cp1253": "el",
    "iso8859-7": "el",
    "cp1254": "tr",
    "cp1255": "he",
    "iso8859-8": "he",
    "tis-620": "th",
    "cp874": "th",
    "cp1258": "vi",
}
_GUESSES = ("cp1252", "gb18030", "cp932", "cp949", "cp950", "cp1250", "cp1251", "koi8_r", "euc_jp", "cp1253", "cp1254")
_GUESS_BYTES = 20_000
_FEW = 3  # bytes beyond ASCII are too few for statistics; an umlaut, a euro sign
_UTF8_READ_AS_CP1252 = re.compile("[ÂÃâ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|ï»¿")


def decode(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Return the text and, where the decoding is in doubt, a defect. Never raises.

    Order: the declared set (UTF-8 first when the bytes are UTF-8 beyond ASCII), UTF-8, a guess, replacement.
    """
    if data.isascii() and b"\x1b" not in data and b"~{" not in data:
        if (wide := _wide(data, declared)) is not None:
            return wide, None
        return data.decode("ascii"), None
    name = meant(declared)
    if b"\x1b$" in data and (text := _shifted(data, name)) is not None:
        return text, None if name in _SHIFTED else "character set guessed: iso-2022"
    if (text := _strict(data, "utf-8-sig")) is not None and name not in ("hz", "iso2022_jp_ext", "iso2022_kr", "utf-7"):
        defect = None if name in ("utf-8", None) else f"declared {declared}, is utf-8"
        return _unscrambled(text), defect
    for candidate in (name, _SECOND.get(name or "")):
        if candidate and (text := _strict(data, candidate)) is not None and not _looks_wrong(text, candidate):
            return text, None
    for candidate in (name, "utf-8"):
        if candidate and (text := _nearly(data, candidate)) is not None:
            return text, f"undecodable bytes as {candidate}"
    if (guessed := _guess(data)) is not None:
        text, guess = guessed
        return text, f"character set guessed: {guess}" + (f" (declared {declared})" if declared else "")
    return data.decode(name or "utf-8", "replace"), f"undecodable bytes as {declared or 'utf-8'}"


def meant(declared: str | None) -> str | None:
    """Return the Python codec for a charset label, by what mail programs mean; None for unknown labels."""
    if not declared:
        return None
    label = declared.strip().strip("\"'").lower()[:40]
    label = _MEANT.get(label, label)
    try:
        b"a".decode(label, "replace")  # codecs that are no character sets (hex, rot13) refuse
    except (LookupError, ValueError):
        return None
    return label


def is_placeholder(declared: str | None) -> bool:
    """Whether the label says that the program did not know the character set."""
    return (declared or "").strip("\"' ").lower() in _PLACEHOLDERS


def language_hint(charsets: Sequence[str | None]) -> str | None:
    """Return the language that one of the charset labels belongs to, as a BCP 47 tag."""
    for charset in charsets:
        if language := _LANGUAGE_OF.get(meant(charset) or ""):
            return language
    return None


def is_wide(declared: str | None) -> bool:
    """Whether the bytes of a text in this set may be ASCII without meaning it."""
    label = (declared or "").strip("\"' ").lower()
    return label.startswith(("utf-16", "utf16", "utf-32", "utf32", "ucs-2", "utf-7", "unicode-1-1-utf-7"))


def _wide(data: bytes, declared: str | None) -> str | None:
    if is_wide(declared):
        return _strict(data, meant(declared) or "utf-16")
    return None


def _strict(data: bytes, codec: str) -> str | None:
    try:
        return data.decode(codec)
    except (UnicodeError, LookupError, ValueError):
        return None


def _shifted(data: bytes, declared: str | None) -> str | None:
    """Return text in one of the seven-bit sets that switch by escape sequences (ISO 2022)."""
    for codec in dict.fromkeys((declared, *_SHIFTED)):
        if codec in _SHIFTED and (text := _strict(data, codec)) is not None and "\x1b" not in text:
            return text
    return None


def _nearly(data: bytes, codec: str) -> str | None:
    """Return the text if only a few bytes of a multi-byte text do not fit: a character cut in two, a footer's bytes."""
    text = data.decode(codec, "replace")
    wrong = text.count("\ufffd")
    right = sum(1 for char in text if char > "\x7f") - wrong
    return text if right >= 4 and wrong * 20 <= right + 10 else None


def _unscrambled(text: str) -> str:
    """Undo UTF-8 that a gateway read as Windows-1252 and wrote as UTF-8 again, where that is certain."""
    if len(_UTF8_READ_AS_CP1252.findall(text)) < 2:
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _looks_wrong(text: str, codec: str) -> bool:
    """Whether a single-byte set took bytes that are control characters in it: it was another set."""
    return codec.startswith(("iso8859", "iso-8859")) and any("\x80" <= c <= "\x9f" for c in text)


def _guess(data: bytes) -> tuple[str, str] | None:
    if sum(byte > 0x7F for byte in data[:_GUESS_BYTES]) <= _FEW and (text := _strict(data, "cp1252")) is not None:
        return text, "cp1252"
    from charset_normalizer import from_bytes  # its tables take 30 ms to load and are rarely needed

    best = from_bytes(data[:_GUESS_BYTES], cp_isolation=list(_GUESSES), enable_fallback=False).best()
    codec = likeliest(data[:_GUESS_BYTES]) if best is None else best.encoding  # none: too short for its statistics
    text = _strict(data, codec)
    return None if text is None else (text, codec)
