"""Folding for matching: lower case, no accents, half-width forms, and not one offset moved."""

import functools
import unicodedata

_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2015\u2212\uff0d"
_SINGLE_QUOTES = "\u2018\u2019\u02bc\u00b4"
_DOUBLE_QUOTES = "\u201c\u201d\u201e"
_SPACES = "\u00a0\u3000\u202f\u2009\u2007"
_SPECIAL = {
    **dict.fromkeys(_DASHES, "-"),
    **dict.fromkeys(_SINGLE_QUOTES, "'"),
    **dict.fromkeys(_DOUBLE_QUOTES, '"'),
    **dict.fromkeys(_SPACES, " "),
    **dict.fromkeys("\u301c\uff5e", "~"),
    **dict.fromkeys("ıİ", "i"),
    **dict.fromkeys("łŁ", "l"),
    **dict.fromkeys("øØ", "o"),
    **{mark: mark for mark in "⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉"},  # footnotes and powers are no digits of the number before them
}


@functools.lru_cache(maxsize=65536)
def _fold_char(char: str) -> str:
    if char in _SPECIAL:
        return _SPECIAL[char]
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) != 1:
        return char
    if not "\u3040" <= plain <= "\ud7ff":  # kana and Hangul lose their meaning when decomposed
        plain = unicodedata.normalize("NFD", plain)[0]
    lower = plain.lower()
    return lower if len(lower) == 1 else plain


def fold(text: str) -> str:
    """Return the text folded for matching; the same length, so that offsets hold in both.

    Full-width letters and digits become ASCII, Latin letters lose case and accents, dashes, quotes and spaces
    their variants (Unicode NFKC, NFD). Characters that would become several stay as they are.
    """
    if text.isascii():
        return text.lower()
    return "".join(map(_fold_char, text))
