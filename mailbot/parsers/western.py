"""Which of the single-byte sets for Latin letters bytes without a label are in: the language tells."""

import re
from collections.abc import Iterator

from mailbot.parsers.language import Languages, detect

_CANDIDATES = ("cp1252", "cp1254", "cp1250", "iso8859_2", "cp1257")  # of equals the first
_SAMPLE = 20_000
_TAG = re.compile(rb"<[^<>]{0,500}>")
_RUN = re.compile(rb"[\x80-\xff]+")
_RAW_WORD = re.compile(rb"[A-Za-z\x80-\xff]+")
_C1 = re.compile("[\x80-\x9f]")
_BETWEEN_LETTERS = re.compile(r"(?<=[a-z])[^\w\s'’.,;:!?/&()\"“”„…–—-](?=[a-z])", re.IGNORECASE)
_LONGEST = 4  # letters with accents in a row
_MEAN = 1.7
_SHARE = 0.6  # of the letters beyond ASCII are the language's; names from elsewhere are the rest


def likely(data: bytes, languages: Languages) -> str | None:
    """Return the codec whose letters fit the language that the words in ASCII are in; None where nothing tells.

    Bytes that are ASCII or UTF-8, or that look like another script or a multi-byte set, are not judged.
    """
    sample = _TAG.sub(b" ", data[:_SAMPLE])
    runs = _RUN.findall(sample)
    if not runs or max(map(len, runs)) > _LONGEST or sum(map(len, runs)) > _MEAN * len(runs) or _is_utf8(sample):
        return None
    plain = detect(_RAW_WORD.sub(_if_ascii, sample).decode("ascii"), languages)
    return _best(sample, plain, languages) or _best(sample, None, languages)


def _if_ascii(word: re.Match[bytes]) -> bytes:
    return word[0] if word[0].isascii() else b" "


def _best(sample: bytes, language: str | None, languages: Languages) -> str | None:
    """Return the set that fits the language best; without one each set is held against the language it gives."""
    best: tuple[float, str] | None = None
    for codec in _CANDIDATES:
        fit = _fit(sample, codec, language, languages)
        if fit is not None and fit >= _SHARE and (best is None or fit > best[0]):
            best = fit, codec
    return None if best is None else best[1]


def _fit(sample: bytes, codec: str, plain: str | None, languages: Languages) -> float | None:
    """Return the share of letters beyond ASCII that the language writes; signs inside words count against it."""
    try:
        text = sample.decode(codec)
    except UnicodeDecodeError:
        return None
    if _C1.search(text):
        return None
    # A quoted mail may be in another language: the lines that have such letters tell.
    accented = "\n".join(line for line in text.splitlines() if not line.isascii())
    language = plain or detect(accented, languages)
    judged = [*_own(text, language, languages), *[False] * len(_BETWEEN_LETTERS.findall(text))]
    return sum(judged) / len(judged) if judged else None


def _own(text: str, language: str | None, languages: Languages) -> Iterator[bool]:
    for char in text:
        if char > "\x7f" and char.isalpha():
            lower = char.lower()[0]  # "İ" becomes an ASCII letter and a mark
            yield lower < "\x80" or any(code == language for code, _ in languages.letters.get(lower, ()))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start >= len(data) - 3  # cut by the sample
    return True
