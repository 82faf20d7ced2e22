"""The charset of a text file that does not say which it has."""

import re
import unicodedata

_BYTE_ORDER_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_ISO_2022 = ((b"\x1b$B", "iso2022_jp"), (b"\x1b$@", "iso2022_jp"), (b"\x1b$)C", "iso2022_kr"))
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")
_EAST_ASIAN = ("gb18030", "cp932", "euc_jp", "cp949", "big5hkscs")
_SAMPLE = 20_000


def decode(content: bytes) -> str:
    """Return the text: by its mark, as UTF-16, as UTF-8, or as the likeliest of the old charsets; never raises."""
    for mark, charset in _BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content.decode(charset, "replace")
    for escape, charset in _ISO_2022:
        if escape in content[:_SAMPLE]:
            return content.decode(charset, "replace")
    if (wide := _wide_charset(content)) is not None:
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return content.decode(likeliest(content[:_SAMPLE]), "replace")


def _wide_charset(content: bytes) -> str | None:
    """Return the UTF-16 that is told by zero bytes on every other place (ASCII, if only separators)."""
    sample = content[:_SAMPLE]
    zeros = sample.count(0)
    if zeros < len(sample) // 20 or zeros == 0:
        return None
    return "utf-16-le" if sample[1::2].count(0) >= sample[0::2].count(0) else "utf-16-be"


def likeliest(sample: bytes) -> str:
    """Return the charset whose reading looks most like a language; Western text has its high bytes alone."""
    runs = _HIGH_RUN.findall(sample)
    if all(len(run) <= 2 for run in runs) and sum(map(len, runs)) < 1.5 * len(runs):
        return "cp1252"
    scores = {charset: _score(sample, charset) for charset in _EAST_ASIAN}
    best = max(_EAST_ASIAN, key=scores.__getitem__)
    return best if scores[best] > 0 else "cp1252"


def _score(sample: bytes, charset: str) -> float:
    """Rate a reading from -1 to 1: kana, hangul and common ideographs speak for it, odd characters against it."""
    text = sample.decode(charset, "replace")
    points = [_points(c, charset) for c in text if ord(c) > 127]
    return sum(points) / len(points) if points else -1.0


def _points(character: str, charset: str) -> float:
    name = unicodedata.name(character, "")
    if character == "\ufffd" or not name or unicodedata.category(character) in ("Co", "Cn", "Cc"):
        return -4.0
    if "HALFWIDTH" in name:
        return 0.1 if charset == "cp932" and "KATAKANA" in name else -1.0
    if name.startswith(("HIRAGANA", "KATAKANA")):
        return 1.0 if charset in ("cp932", "euc_jp") else 0.2
    if name.startswith("HANGUL"):
        return 1.0 if charset == "cp949" and _is_common_hangul(character) else -1.0
    if name.startswith("CJK UNIFIED"):
        return _ideograph_points(character, charset)
    if name.startswith(("FULLWIDTH", "IDEOGRAPHIC", "LEFT", "RIGHT")):
        return 0.5
    return -0.5


def _is_common_hangul(character: str) -> bool:
    """Whether the syllable is one of the 2,350 of KS X 1001; cp949 has 8,822 more that no text uses."""
    return len(character.encode("euc_kr", "replace")) == 2  # the codec spells the others out in eight bytes


def _ideograph_points(character: str, charset: str) -> float:
    """Rate an ideograph by its place in the charset: the frequent ones are in the first level of each standard."""
    try:
        lead = character.encode(charset)[0]
    except UnicodeEncodeError:
        return -1.0
    first_levels = {
        "gb18030": range(0xB0, 0xD8),
        "cp932": range(0x88, 0x99),
        "euc_jp": range(0xB0, 0xD0),
        "big5hkscs": range(0xA4, 0xC7),
    }
    return 0.8 if lead in first_levels.get(charset, ()) else -0.6
