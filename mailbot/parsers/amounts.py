"""Whole numbers in a text: digits with any separators, words, Han numerals; and what is no count of users."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailbot.parsers.lexicon import Lexicon
from mailbot.parsers.phrases import Hit
from mailbot.parsers.spans import Taken


@dataclass(frozen=True, slots=True)
class Number:
    """A whole number read at `start` to `end`. `spelled`: in words; alone it is weak evidence of a count."""

    start: int
    end: int
    value: int
    spelled: bool = False


_DIGITS = re.compile(r"(?<![a-z\u0400-\u04ff\d])(?<!\d[.,])(?:\d{1,3}(?:[.,' ]\d{3})+(?!\d)(?![.,]\d)|\d+)")
_UNSPACED = re.compile(r"[\u3040-\u9fff\uac00-\ud7af]")
_HAN = "零〇一二两兩三四五六七八九十百千万萬拾"
_HAN_NUMBER = re.compile(f"(?:\\d{{1,5}}|[{_HAN}])[{_HAN}]*")
_HAN_UNITS = {"十": 10, "拾": 10, "百": 100, "千": 1000, "万": 10000, "萬": 10000}
_MIXED = re.compile(
    r"(?<![\d.,])(?:(\d{1,3}) ?[万萬만](?= ?[\d천백千百명석인]|[^가-힣]|$))?"
    r"(?: ?(\d{1,2}) ?[千천])?(?: ?(\d) ?[百백])?(?:(?:(?<=[만천백]) )?(\d{1,4}|\d,\d{3})(?![\d.,]))?"
)
"""Digits with words for thousands between ("1万5千", "1만 2천", "2천5백")."""
_COUNTED = re.compile(" ?[명석인]")
_MOST_DIGITS = 9  # nobody has so many users; int() refuses thousands
_MOST_WORDS = 20  # "hundred hundred hundred .." would be a number of thousands of digits
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")

_DECIMAL = r"\d{1,3}(?:[.,' ]\d{3}){0,6}[.,]\d{1,2}(?!\d)|(?<!\d)\d++[.,]\d{1,2}(?!\d)"
_CODE = r"(?:usd|aud|eur|gbp|jpy|cny|rmb|krw|cad|chf|sgd|inr|brl|mxn|nzd|hkd|twd|us\$|a\$|r\$|nt\$|[$€£¥₩])"
_NOT_COUNTS = (
    # identifiers: letters and digits tied by - / . # or glued (WL-20931, HT-2026-1187, NP20)
    re.compile(r"(?<!\w)[a-z][a-z0-9]*[-/_.#]?\d[a-z0-9._/#-]*"),
    re.compile(r"(?:#|№|\bn[°º]|\b(?:no|nr)\.)\s?\d+"),
    # digits with letters that look like digits (5O, 7l5), raised or with marks of other programs (7⁰⁵, 7[8m00)
    re.compile(r"(?<!\w)\d+[oil]+(?:\d[\doil]*)?(?!\w)"),
    re.compile(r"(?<!\d)\d++[⁰¹²³⁴-⁹₀-₉][\d⁰¹²³⁴-⁹₀-₉]*"),
    re.compile(r"(?<!\d)\d++[\[\\^{][\d\w[]*"),
    # years, runs of digit groups and phones
    re.compile(r"\+\d[\d ()./-]{6,}\d"),
    re.compile(r"\(\d{2,5}\)\s?\d[\d -]{3,}\d"),
    re.compile(r"(?<!\d)\d{2,5}(?:[ /-]\d{2,5}){2,}(?!\d)"),
    re.compile(r"(?<!\d)\d{1,5}-\d{1,5}-\d{1,5}(?!\d)"),
    re.compile(r"(?<!\d)0\d{1,4}[ /-]\d{3,}(?:[ -]\d+)*"),
    re.compile(r"(?<!\d)\d{3,4}-\d{7,8}(?!\d)"),
    re.compile(r"(?<!\d)(?:19|20)\d\d-\d{1,5}(?!\d)"),
    re.compile(r"(?<!\d)\d{7,}(?!\d)"),
    # money
    re.compile(rf"{_CODE}\s?\d[\d.,' ]*\d|{_CODE}\s?\d"),
    re.compile(rf"(?:{_DECIMAL}|\d[\d.,']{{0,24}}+)\s?(?:{_CODE})(?![a-z])"),
    re.compile(_DECIMAL),
    re.compile(r"(?<!\d)\d{1,3}(?:[.,']\d{3}){1,6}\s?(?:k|dollars?|euros?|dolares|dollar)\b"),
    re.compile(r"(?<!\d)\d++(?:[.,]\d++)?\s?%"),
    re.compile(r"(?<![\d.,])\d[\d.,]{0,14}\s?[千万百億亿萬천만백억]{0,2}\s?[원円元]"),
    # days, months and years of a date without the rest
    re.compile(
        r"(?<!\d)(?:\d{1,2}|[一二三四五六七八九十]{1,3}(?=月))\s?(?:[월月](?!간)|[日号號](?!用))|(?<!\d)(?:19|20)\d\d\s?[년年]"
    ),
    re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)"),
)
POSITION = r"(?:pos|item|line|artikel|zeile|regel|poz|kalem)(?:ition|ycja)?\.? ?\d{1,3}"
"""What numbers the lines of an order ("Pos. 1")."""
_MARKER = re.compile(
    rf"(?m)^[ \t>*-]*(?:{POSITION}(?=[.:)\s])"
    r"|\(?\d{1,2}[.)、．）](?=\s|[^\d\s])|[①-⑳]|[（(]\d{1,2}[）)])"
)


def find_numbers(
    folded: str, taken: Sequence[tuple[int, int]], hits: Sequence[Hit], lexicons: Sequence[Lexicon]
) -> tuple[Number, ...]:
    """Return the whole numbers of a folded text that may count something, in order.

    `taken` are spans that are something else (addresses, sites, dates); money, phone numbers, references,
    percentages, times, durations and list markers are left out here.
    """
    busy = [*taken, *_not_counts(folded), *((h.start, h.end) for h in hits if h.tag == "dates.duration_claim")]
    others = Taken(busy)
    found = [n for n in _candidates(folded, lexicons) if not others.touches(n.start, n.end)]
    durations = {w for x in lexicons for w in x.durations}
    found = [n for n in found if not _is_duration(folded, n, durations)]
    kept: list[Number] = []
    for number in sorted(found, key=lambda n: (n.start, -n.end)):
        if not kept or number.start >= kept[-1].end:
            kept.append(number)
    return tuple(kept)


def _not_counts(folded: str) -> Iterator[tuple[int, int]]:
    for pattern in _NOT_COUNTS:
        yield from (m.span() for m in pattern.finditer(folded) if not _is_counted_hyphen(m[0]))
    yield from (m.span() for m in _MARKER.finditer(folded))


def _is_counted_hyphen(text: str) -> bool:
    """Whether a span only looks like an identifier: `x50`, `~50`."""
    return re.fullmatch(r"x\d{1,5}|qty\.?\d{1,6}", text) is not None


def _candidates(folded: str, lexicons: Sequence[Lexicon]) -> Iterator[Number]:
    for m in _DIGITS.finditer(folded):
        digits = re.sub(r"\D", "", m[0])
        if len(digits) > _MOST_DIGITS:
            continue
        value = int(digits)
        if m.end() < len(folded) and folded[m.end()] in _HAN_UNITS:
            continue
        if folded[m.end() : m.end() + 2] in ("k ", "k\n", "k"):
            value *= 1000
        yield Number(m.start(), m.end(), value)
    for m in re.finditer(r"(?<![^\W\d_])x\s?(\d{1,6})(?![\d.,])", folded):
        yield Number(m.start(1), m.end(1), int(m[1]))
    for m in _HAN_NUMBER.finditer(folded):
        value_or_none = han_value(m[0])
        if value_or_none is not None and not m[0].isascii():
            yield Number(m.start(), m.end(), value_or_none, spelled=True)
    yield from _mixed(folded)
    for lexicon in lexicons:
        yield from _spelled(folded, lexicon)


def _mixed(folded: str) -> Iterator[Number]:
    for m in _MIXED.finditer(folded):
        counted = m[1] and _COUNTED.match(folded, m.end())  # "5만 추가" adds but five
        if counted or sum(part is not None for part in m.groups()) > 1:
            whole, thousands, hundreds, rest = (int((part or "0").replace(",", "")) for part in m.groups())
            start = m.start() + len(m[0]) - len(m[0].lstrip())
            yield Number(start, m.end(), whole * 10000 + thousands * 1000 + hundreds * 100 + rest)


def _spelled(folded: str, lexicon: Lexicon) -> Iterator[Number]:
    """Number words, one after another and inside compounds ("fünfundsiebzig", "two hundred and fifty")."""
    if not lexicon.number_words:
        return
    run: list[tuple[int, int, list[str]]] = []
    reach = 0
    for m in _WORD.finditer(folded):
        parts = _number_parts(m[0], lexicon)
        if run and (folded[reach : m.start()].strip() or not _continues(run[-1][2][-1], parts, lexicon)):
            yield from _close(run, lexicon)
            run = []
        if parts:
            run.append((m.start(), m.end(), parts))
        elif not (run and m[0] in lexicon.joiners):
            yield from _close(run, lexicon)
            run = []
        reach = m.end()
    yield from _close(run, lexicon)


def _continues(last: str, parts: Sequence[str], lexicon: Lexicon) -> bool:
    """Whether number words go on after another ("hundred and fifty"), not a second number ("ten, twenty")."""
    if not parts or parts[0] in lexicon.multipliers:
        return True
    value, before = lexicon.number_words[parts[0]], lexicon.multipliers.get(last) or lexicon.number_words[last]
    return value < before if before >= 100 else value < 20 <= before


def _number_parts(word: str, lexicon: Lexicon) -> list[str]:
    """Return the number words that a word is made of, or nothing when it is another word."""
    words = lexicon.number_words.keys() | lexicon.multipliers.keys()
    if word in words:
        return [word]
    if len(word) > 60:
        return []
    ways: list[list[str] | None] = [[]] + [None] * len(word)
    for end in range(1, len(word) + 1):
        for start in range(max(0, end - 16), end):
            before = ways[start]
            piece = word[start:end]
            if before is None:
                continue
            if piece in words and (way := [*before, piece]) and (ways[end] is None or len(way) < len(ways[end] or [])):
                ways[end] = way
            elif start and (piece == "-" or piece in lexicon.joiners) and ways[end] is None:
                ways[end] = before
    return ways[-1] or []


def _close(run: Sequence[tuple[int, int, list[str]]], lexicon: Lexicon) -> Iterator[Number]:
    if not run:
        return
    parts = [part for *_, of_word in run for part in of_word]
    if len(parts) > _MOST_WORDS:
        return
    value = _compose(parts, lexicon.number_words, lexicon.multipliers)
    yield Number(run[0][0], run[-1][1], value, spelled=True)


def _compose(parts: Sequence[str], words: Mapping[str, int], multipliers: Mapping[str, int]) -> int:
    total = current = 0
    for part in parts:
        factor = multipliers.get(part)
        if factor is None:
            current += words[part]
        elif factor >= 1000:
            total, current = total + max(current, 1) * factor, 0
        else:
            current = max(current, 1) * factor
    return total + current


def han_value(text: str) -> int | None:
    """Return the value of a Han numeral (`一百二十`, `两百`, `1千`, `五〇`), or None when it is none."""
    if not any(c in _HAN for c in text):
        return None
    if not any(c in _HAN_UNITS for c in text):
        digits = "".join(str(_han_digit(c)) for c in text)
        return int(digits) if digits.isdigit() and len(digits) <= _MOST_DIGITS else None
    total = section = 0
    current: int | None = None
    for piece in re.findall(r"\d+|.", text):
        unit = _HAN_UNITS.get(piece)
        if unit is None:
            current = int(piece) if piece.isdecimal() and piece.isascii() else _han_digit(piece)
        elif unit == 10000:
            total, section, current = total + (section + (current or 0) or 1) * unit, 0, None
        else:
            section, current = section + (1 if current is None else current) * unit, None
    return total + section + (current or 0)


def _han_digit(char: str) -> int:
    return 2 if char in "两兩" else int(unicodedata.numeric(char, 0))


def _is_duration(folded: str, number: Number, durations: set[str]) -> bool:
    after = re.compile(r"[ -]{0,2}([^\W\d_]+)").match(folded, number.end)
    if after is None:
        return False
    word = after[1]
    return word in durations or any(_UNSPACED.match(d) and word.startswith(d) for d in durations)
