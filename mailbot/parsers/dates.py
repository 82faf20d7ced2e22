"""Dates as mails write them, with every reading that a form leaves open (policy section 4, ambiguous_date)."""

import calendar
import datetime as dt
import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.parsers.lexicon import Lexicon
from mailbot.parsers.phrases import Hit
from mailbot.parsers.spans import InOrder, Taken

_ERAS = {"令和": 2018, "平成": 1988, "民國": 1911, "民国": 1911, "reiwa": 2018, "r": 2018}
_NUMERAL_MONTH_END = re.compile(r"(?:(\d{4})\s*[年년.]\s*)?(\d{1,2})\s*[月월]\s*(?:の)?(?:月)?(末|底|末日|최종일|말)")
_CJK = re.compile(r"(?:(?<!\d)(\d{4}|\d{2})\s*[年년]\s*)?(\d{1,2})\s*[月월]\s*(\d{1,2})\s*[日号號일]")
_ERA = re.compile(r"(令和|平成|民國|民国)\s*(\d{1,3}|元)\s*年\s*(\d{1,2})\s*月\s*(?:(\d{1,2})\s*日|(末|底))")
_CJK_YEAR_END = re.compile(r"(\d{4})\s*[年년]\s*(?:の)?(底|末|年末|말|연말)")
_ISO = re.compile(r"(?<![\d.,/-])(\d{4})\s?([-/.])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?![\d/-])\.?")
_NUMERIC = re.compile(r"(?<![\d.,/-])(\d{1,2})([./-])\s?(\d{1,2})\2\s?(\d{4}|\d{2})(?![\d/-])")
_ENDS = ("dates.month_end", "dates.year_end")


@dataclass(frozen=True, slots=True)
class DateMention:
    """A date read at `start` to `end`; two `readings` when day and month could be swapped."""

    start: int
    end: int
    readings: tuple[dt.date, ...]


def find_dates(
    folded: str, hits: InOrder[Hit], lexicons: Sequence[Lexicon], written_on: dt.date
) -> tuple[DateMention, ...]:
    """Return the dates of a folded text in order. Relative ones count from the day the mail was written."""
    found = [*_numeric(folded, lexicons[0].date_order), *_cjk(folded, hits, written_on)]
    found += _named(folded, hits, lexicons, written_on)
    kept: list[DateMention] = []
    for mention in sorted(found, key=lambda m: (m.start, -m.end)):
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return tuple(kept)


def _numeric(folded: str, order: str) -> Iterator[DateMention]:
    for m in _ISO.finditer(folded):
        yield from _mention(m.start(), m.end(), _date(int(m[1]), int(m[3]), int(m[4])))
    for m in _NUMERIC.finditer(folded):
        first, second, year = int(m[1]), int(m[3]), _full_year(int(m[4]))
        day_first, month_first = _date(year, second, first), _date(year, first, second)
        if m[2] == "." or order == "dmy":
            readings = [day_first or month_first]
        elif order == "mdy":
            readings = [month_first or day_first]
        else:
            readings = [day_first, month_first]
        yield from _mention(m.start(), m.end(), *readings)


def _cjk(folded: str, hits: InOrder[Hit], written_on: dt.date) -> Iterator[DateMention]:
    for m in _ERA.finditer(folded):
        year = _ERAS[m[1]] + (1 if m[2] == "元" else int(m[2]))
        last = m[5] is not None
        yield from _mention(m.start(), m.end(), _end(year, int(m[3])) if last else _date(year, int(m[3]), int(m[4])))
    for m in _CJK.finditer(folded):
        start, known = _year_before(m.start(), m[1], hits, written_on)
        date = _date(known, int(m[2]), int(m[3])) if known else _next(written_on, int(m[2]), int(m[3]))
        yield from _mention(start, m.end(), date)
    for m in _NUMERAL_MONTH_END.finditer(folded):
        start, known = _year_before(m.start(), m[1], hits, written_on)
        month = int(m[2])
        if 1 <= month <= 12:
            date = _end(known, month) if known else _next(written_on, month, None)
            yield from _mention(start, m.end(), date)
    for m in _CJK_YEAR_END.finditer(folded):
        yield from _mention(m.start(), m.end(), _date(int(m[1]), 12, 31))


def _year_before(start: int, digits: str | None, hits: InOrder[Hit], written_on: dt.date) -> tuple[int, int | None]:
    """Return where the date begins and its year: written, or a word for next or this year just before it."""
    if digits:
        return start, _full_year(int(digits))
    for hit in hits.around(start - 2, start):
        if hit.tag in ("dates.next_year", "dates.this_year") and 0 <= start - hit.end <= 2:
            return hit.start, written_on.year + (hit.tag == "dates.next_year")
    return start, None


def _named(folded: str, hits: InOrder[Hit], lexicons: Sequence[Lexicon], written_on: dt.date) -> Iterator[DateMention]:
    months = {w: n for x in reversed(lexicons) for w, n in x.months.items()}
    if not months:
        return
    day_month, month_day, month_only = _month_patterns(tuple(sorted(months, key=len, reverse=True)))
    days = [m.span() for m in day_month.finditer(folded)]
    for m in day_month.finditer(folded):
        year: int | None = _full_year(int(m[3])) if m[3] else _relative_year(m.end(), hits, written_on)
        date = _date(year, months[m[2]], int(m[1])) if year else _next(written_on, months[m[2]], int(m[1]))
        yield from _mention(m.start(), m.end(), date)
    taken = Taken(days)
    for m in month_day.finditer(folded):
        if taken.touches(*m.span()):
            continue
        year = int(m[3]) if m[3] else _relative_year(m.end(), hits, written_on)
        date = _date(year, months[m[1]], int(m[2])) if year else _next(written_on, months[m[1]], int(m[2]))
        yield from _mention(m.start(), m.end(), date)
    ends = InOrder(h for h in hits if h.tag in _ENDS)
    afters = InOrder(h for h in hits if h.tag == "dates.month_end_after")
    for m in month_only.finditer(folded):
        close = ends.around(m.start() - 4, m.start())
        before = next((h for h in close if 0 <= m.start() - h.end <= 4 or m.start() <= h.end <= m.end()), None)
        after = next(iter(afters.starting(m.end(), m.end() + 3)), None)
        if before is None and after is None:
            continue
        year = int(m[2]) if m[2] else _relative_year(m.end(), hits, written_on)
        date = _end(year, months[m[1]]) if year else _next(written_on, months[m[1]], None)
        yield from _mention(before.start if before else m.start(), after.end if after else m.end(), date)
    yield from _year_ends(folded, hits, ends, written_on)


def _year_ends(folded: str, hits: InOrder[Hit], ends: Sequence[Hit], written_on: dt.date) -> Iterator[DateMention]:
    for hit in ends:
        m = re.compile(r"\s{1,2}(?:des jahres |de |del |do |di )?(20\d\d)(?!\d)").match(folded, hit.end)
        if m:
            yield from _mention(hit.start, m.end(), _date(int(m[1]), 12, 31))
            continue
        for other in hits.starting(hit.start, hit.end + 4):
            if other.tag == "dates.next_year":
                yield from _mention(hit.start, max(hit.end, other.end), _date(written_on.year + 1, 12, 31))


@functools.lru_cache(maxsize=64)
def _month_patterns(names: tuple[str, ...]) -> tuple[re.Pattern[str], re.Pattern[str], re.Pattern[str]]:
    month = "(" + "|".join(map(re.escape, names)) + r")(?![^\W\d_])\.?"
    year = r"(?:[\s,./'-]{1,3}(?:(?:de|del|of|do|di)\s)?(20\d\d|\d\d(?!\d)))?"
    day_month = re.compile(
        r"(?<![\d.,])(\d{1,2})(?:st|nd|rd|th|er|e|o|º|ª|°|\.)?[\s/.-]{0,2}(?:(?:of|de|di|del|do)\s)?" + month + year
    )
    full_year = r"(?:[\s,]{1,3}(?:(?:de|del|of)\s)?(20\d\d))?"
    month_day = re.compile(r"(?<![^\W\d_])" + month + r"\s(\d{1,2})(?:st|nd|rd|th)?(?![\d:])" + full_year)
    month_only = re.compile(r"(?<![^\W\d_])" + month + full_year)
    return day_month, month_day, month_only


def _relative_year(end: int, hits: InOrder[Hit], written_on: dt.date) -> int | None:
    for hit in hits.starting(end - 1, end + 5):
        if hit.tag in ("dates.next_year", "dates.this_year"):
            return written_on.year + (hit.tag == "dates.next_year")
    return None


def _mention(start: int, end: int, *readings: dt.date | None) -> Iterator[DateMention]:
    real = tuple(dict.fromkeys(r for r in readings if r is not None))
    if real:
        yield DateMention(start, end, real)


def _full_year(year: int) -> int:
    return year + 2000 if year < 100 else year


def _date(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _end(year: int, month: int) -> dt.date | None:
    if not (1 <= month <= 12 and 1 <= year <= 9999):
        return None
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def _next(after: dt.date, month: int, day: int | None) -> dt.date | None:
    """Return the next such day after a date; the month's last one when `day` is None."""
    for year in (after.year, after.year + 1):
        date = _end(year, month) if day is None else _date(year, month, day)
        if date is not None and date > after:
            return date
    return None
