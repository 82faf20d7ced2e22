"""One text with everything recognisable in it marked: addresses, sites, identifiers, dates, numbers, words."""

import datetime as dt
import functools
import itertools
import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from mailbot.domain.evidence import Evidence
from mailbot.domain.message import TextPart
from mailbot.parsers.amounts import Number, find_numbers
from mailbot.parsers.dates import DateMention, find_dates
from mailbot.parsers.fold import fold
from mailbot.parsers.lexicon import Knowledge, Lexicon
from mailbot.parsers.phrases import Hit
from mailbot.parsers.postal import numbered_places
from mailbot.parsers.spans import InOrder, Taken

_DOT = r"\s?(?:[.。]|\(dot\)|\[dot\]|\(punkt\)|\(punto\)|\(点\)|（点）)\n?\s?"
_ADDRESS = (
    r"[a-z0-9._%+'&-]*[a-z0-9_]\s?(?:@|\(at\)|\[at\])\s?[a-z0-9-]+(?:\.[a-z0-9-]+)*(?:\.|\(dot\)|\[dot\])[a-z]{2,}"
)
_EMAIL = re.compile(rf"(?<![a-z0-9._%+'&-]){_ADDRESS}")
_EMAIL_BEHIND = re.compile(_ADDRESS)  # right behind another one
_SITE = re.compile(rf"(?<![a-z0-9.@-])([a-z0-9](?:[a-z0-9-]{{0,61}}[a-z0-9])?){_DOT}atlassian{_DOT}net(?![a-z0-9])")
_NOT_SITES = frozenset({"www", "my", "admin", "support", "marketplace", "id", "api", "community", "start", "home"})
_URL = re.compile(r"https?://[^\s<>\"')\]\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]+")
_HOST = re.compile(
    r"(?<![a-z0-9@.-])(?:[a-z0-9-]+\.)+(?:com|net|org|example|test|io|co|jp|cn|de|fr|eu|info|biz)(?:/[^\s<>)\u3000-\u9fff\uac00-\ud7af\uff00-\uffef]*)?"
)
_SEN = re.compile(
    r"(?<![a-z])sen(?:s)?(?:\s?(?:no\.?|nr\.?|number|nummer|番号|号|號|編號|编号|번호|n[°ºo]\.?))?[\s:#=.(-]{0,4}(l?-?\d{7,8})(?!\d)"
)
_ENTITLEMENT = re.compile(r"(?<![a-z0-9])e-([a-z0-9]{3})-([a-z0-9]{3})-([a-z0-9]{3})(?![a-z0-9-])")
_AT_NUMBER = re.compile(r"(?<![a-z])at-?\s?\d{7,9}")
_BOX = re.compile(r"[(\[](?: {0,3}|[x✓✔])[)\]]|[☐☑☒□■]")
_TICKED = re.compile(r"[x✓✔☑☒■]")
_LINE = re.compile(r"[^\n]+")
CLAUSE_END = re.compile(r"[,，、;；:：()（）\[\]–—]|\s-\s|\t")
_TOKEN = re.compile(r"[a-z]{5,}(?:\s[a-z]+){0,2}")


@dataclass(frozen=True, slots=True)
class Span:
    """A value read at `start` to `end`."""

    start: int
    end: int
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """A text part and its marks, all in reading order. `folded` has the same offsets as `text`."""

    message: int
    part: str
    text: str
    folded: str
    lexicons: tuple[Lexicon, ...]
    abbreviation: re.Pattern[str]
    hits: InOrder[Hit]
    places: Mapping[str, Sequence[int]]  # by tag, where in `hits` its hits are
    clause_ends: InOrder[Span]
    emails: InOrder[Span]
    sites: InOrder[Span]
    sens: InOrder[Span]
    anchors: Taken  # where addresses, sites and hosts stand
    dates: InOrder[DateMention]
    numbers: InOrder[Number]

    @property
    def verb_final(self) -> bool:
        """Whether the text's language puts the verb last."""
        return self.lexicons[0].verb_final

    def evidence(self, start: int, end: int) -> Evidence:
        """Return the evidence for these offsets."""
        return Evidence(message=self.message, part=self.part, start=start, end=end, text=self.text[start:end])

    def within(self, start: int, end: int, *tags: str) -> list[Hit]:
        """Return the hits of these tags that lie between two offsets."""
        places = [of_tag for tag in tags if (of_tag := self.places.get(tag))]
        if not places:
            return []
        low, high = self.hits.range(start, end + 1)
        found = [i for of_tag in places for i in of_tag[bisect_left(of_tag, low) : bisect_left(of_tag, high)]]
        return [hit for i in sorted(found) if (hit := self.hits[i]).end <= end]


def scan(part: TextPart, message: int, language: str, knowledge: Knowledge, written_on: dt.date) -> Scan:
    """Mark everything in one text part; linear in its length."""
    folded = fold(part.text)
    lexicons = knowledge.active(language)
    emails = InOrder(_emails(folded, part.text))
    sites = InOrder(_sites(folded, emails))
    sens = InOrder(sorted(_sens(folded, lexicons), key=attrgetter("start")))
    hosts = tuple(Span(m.start(), m.end(), m[0]) for p in (_URL, _HOST) for m in p.finditer(folded))
    busy = [(s.start, s.end) for s in (*emails, *sites, *sens, *hosts)]
    busy += [m.span() for m in _AT_NUMBER.finditer(folded)]
    busy += _not_ticked(folded)
    taken = Taken(busy)
    hits = [h for h in knowledge.phrases(language).scan(folded) if not taken.touches(h.start, h.end)]
    hits += _misspelt(folded, hits, busy, knowledge)
    places = numbered_places(part.text)
    taken = Taken(places)
    hits = [h for h in hits if not (h.tag.startswith("counters.") and taken.touches(h.start, h.end))]
    hits.sort(key=lambda h: (h.start, -h.end))
    dates = find_dates(folded, InOrder(hits), lexicons, written_on)
    busy += [*places, *((d.start, d.end) for d in dates)]
    numbers = find_numbers(folded, busy, hits, lexicons)
    return Scan(
        message=message,
        part=part.name,
        text=part.text,
        folded=folded,
        lexicons=lexicons,
        abbreviation=knowledge.abbreviation,
        hits=InOrder(hits),
        places=_places(hits),
        clause_ends=InOrder(Span(m.start(), m.end(), m[0]) for m in CLAUSE_END.finditer(folded)),
        emails=emails,
        sites=sites,
        sens=sens,
        anchors=Taken((s.start, s.end) for s in (*emails, *sites, *hosts)),
        dates=InOrder(dates),
        numbers=InOrder(numbers),
    )


def _places(hits: Sequence[Hit]) -> Mapping[str, Sequence[int]]:
    places: dict[str, list[int]] = {}
    for i, hit in enumerate(hits):
        places.setdefault(hit.tag, []).append(i)
    return places


def _emails(folded: str, text: str) -> Iterator[Span]:
    m = _EMAIL.search(folded)
    while m:
        plain = (
            re.sub(r"\s", "", _as_written(text[m.start() : m.end()], m[0]))
            .replace("(at)", "@")
            .replace("[at]", "@")
            .replace("(dot)", ".")
        )
        plain = plain.replace("[dot]", ".").lstrip("'&.-")
        if "\n" not in m[0]:
            yield Span(m.end() - len(m[0].lstrip("'&.-")), m.end(), plain)
        m = _EMAIL_BEHIND.match(folded, m.end()) or _EMAIL.search(folded, m.end())


def _as_written(written: str, folded: str) -> str:
    """Return an address with the accents that folding takes away: jörg@ and jorg@ are two people."""
    return folded if written.isascii() else unicodedata.normalize("NFKC", written).lower()


def _sites(folded: str, emails: tuple[Span, ...]) -> Iterator[Span]:
    taken = Taken((e.start, e.end) for e in emails)
    for m in _SITE.finditer(folded):
        if m[1] not in _NOT_SITES and not taken.touches(m.start(), m.end()):
            yield Span(m.start(), m.end(), f"{m[1]}.atlassian.net")


def _not_ticked(folded: str) -> Iterator[tuple[int, int]]:
    """The choices of a form that are left open: in "( ) new (x) renewal" what stands at the empty box."""
    shapes = {b[0][0] for b in _BOX.finditer(folded) if _TICKED.search(b[0])}
    for line in _LINE.finditer(folded):
        boxes = list(_BOX.finditer(folded, *line.span()))
        one_is_ticked = any(_TICKED.search(b[0]) for b in boxes)
        before_choices = bool(boxes) and bool(folded[boxes[-1].end() : line.end()].strip())
        previous = line.start()
        for box, following in itertools.zip_longest(boxes, boxes[1:]):
            alone = box[0][0] in "([" and box[0][0] in shapes
            if not _TICKED.search(box[0]) and (alone or one_is_ticked):
                if before_choices:
                    yield box.end(), following.start() if following else line.end()
                else:
                    yield max(previous, folded.rfind(":", previous, box.start()) + 1), box.start()
            previous = box.end()


@functools.lru_cache(maxsize=64)
def _joined_number(words: tuple[str, ...]) -> re.Pattern[str]:
    """Return what joins a further number to a SEN ("SEN-1234567 and 1234568")."""
    joining = "|".join(map(re.escape, sorted(words, key=len, reverse=True)))
    return re.compile(rf"\s?(?:[,;/&+、，]|{joining})\s?(l?\d{{7,8}})(?!\d)")


def _sens(folded: str, lexicons: Sequence[Lexicon]) -> Iterator[Span]:
    joined = _joined_number(tuple(sorted({word for x in lexicons for word in x.joining})))
    for m in _SEN.finditer(folded):
        yield Span(m.start(), m.end(), "SEN-" + m[1].replace("-", "").upper())
        end = m.end()
        while more := joined.match(folded, end):
            yield Span(more.start(1), more.end(1), "SEN-" + more[1].upper())
            end = more.end()
    for m in _ENTITLEMENT.finditer(folded):
        if any(c.isdigit() for c in m[0]):
            yield Span(m.start(), m.end(), m[0].upper())


def _misspelt(folded: str, hits: list[Hit], busy: list[tuple[int, int]], knowledge: Knowledge) -> Iterator[Hit]:
    """Product names with one letter wrong, missing, doubled or swapped."""
    taken = Taken([*busy, *((h.start, h.end) for h in hits if h.tag in ("product", "app"))])
    for name, product in knowledge.fuzzy.items():
        words = name.count(" ") + 1
        for m in _TOKEN.finditer(folded):
            for start, end in _windows(folded, m.start(), m.end(), words):
                close = abs(end - start - len(name)) <= 1 and folded[start] == name[0]
                if close and _one_edit(folded[start:end], name) and not taken.touches(start, end):
                    yield Hit("product", product, start, end)


def _windows(folded: str, start: int, end: int, words: int) -> Iterator[tuple[int, int]]:
    spans = [(m.start() + start, m.end() + start) for m in re.finditer(r"[a-z]+", folded[start:end])]
    for i in range(len(spans) - words + 1):
        yield spans[i][0], spans[i + words - 1][1]


def _one_edit(word: str, name: str) -> bool:
    if word == name:
        return False
    if len(word) == len(name):
        wrong = [i for i, (a, b) in enumerate(zip(word, name, strict=True)) if a != b]
        swapped = len(wrong) == 2 and wrong[1] == wrong[0] + 1 and word[wrong[0]] == name[wrong[1]]
        return len(wrong) == 1 or (swapped and word[wrong[1]] == name[wrong[0]])
    short, long = sorted((word, name), key=len)
    return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
