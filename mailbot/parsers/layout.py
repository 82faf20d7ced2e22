"""How a text is laid out: `label: value` pairs, table rows with their columns, and sentences."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from mailbot.domain.evidence import BODY
from mailbot.parsers.amounts import POSITION
from mailbot.parsers.cells import COLUMNS, PIPED, RULE, cells_of
from mailbot.parsers.comparison import Side, product_row, side_by_side, sides_of
from mailbot.parsers.phrases import Hit
from mailbot.parsers.scan import Scan
from mailbot.parsers.sentences import pieces, sentences

_BULLET = re.compile(
    rf"(?:[ \t>*-]*{POSITION}[.:)]?\s+)?"
    r"[\s>*•・·．○●■□◆◇▪►▶→◎※★☆\-–—#]*"
    r"(?:\(?\d{1,2}[.)、．）](?=\s|[^\d\s])\s*|[①-⑳]\s*|[（(]\d{1,2}[）)]\s*|[a-z][.)]\s+)?[*【\[]{0,2}"
)
_SEPARATOR = re.compile(
    r"(?<![】\]*])[】\]*]*+\s*+[:：=]+\s*\*{0,2}|(?<!\s)\s*+(?:\.{4,}+|_{4,}+|…{2,}+)[:\s]*"
    r"|[】\]]\s*|\t+\s*|\s{2,}|　+|\s[-–—]+\s|\s→\s"
)
_NUMBERED_HEADING = re.compile(r"[^\W\d_]{1,10}\s?[A-Z0-9]{1,2}\s?[-–—:.)]\s*|[A-Z0-9]{1,2}[.):]\s+")
_WRAPPED = 45  # letters: a shorter line was ended by its writer
_LETTERS = re.compile(r"[^\W_]")
_SENTENCE_WITHIN = re.compile(
    r"(?:[^\W\d_]{5}|\d\d|[가-힣]|名)[.!?]\s+[A-ZÀ-Þ가-힣]|[。！？；](?=.)"
)  # "75 users. Contact: .." is no label
_BESIDE_LABELS = ("kinds.renewal", "kinds.upgrade", "cues.of", "cues.to", "cues.want")
_AS_LABELS = {"counters.users": "users", "cues.theirs": "customer", "cues.ours": "reseller"}
_LONGEST_LINE = 2000
_LONGEST_SENTENCE = 1000
ROLES = ("contact", "billing_contact", "technical_contact", "site_admin")
"""Labels of authorized contacts."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A table cell: what its column holds (label tags, a product named in the header) and where its text is."""

    tags: frozenset[str]
    start: int
    end: int
    product: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A stretch of text that is read as one: `pair`, `row` or `sentence`.

    For a pair, `tags` are its label's and `value_start` is where the value begins; for a row `cells` are given.
    `section` is the role (`reseller`, `customer`, `contact`) whose block the unit stands in, if any.
    """

    kind: str
    start: int
    end: int
    tags: frozenset[str] = frozenset()
    value_start: int = 0
    cells: tuple[Cell, ...] = field(default=())
    section: str | None = None
    paragraph: int = 0


def lay_out(scan: Scan, spans: Sequence[tuple[int, int]]) -> tuple[Unit, ...]:
    """Return the units of these spans of a scan, in order."""
    return tuple(unit for start, end in spans for unit in _Layouter(scan).units(start, end))


def label_tags(scan: Scan, start: int, end: int, least: float = 0.5) -> frozenset[str]:
    """Return the label tags of a text that is mostly label, or nothing when it is not."""
    letters = len(_LETTERS.findall(scan.text, start, end))
    if not letters or end - start > 60:
        return frozenset()
    hits = [h for h in scan.hits.starting(start, end) if h.end <= end and _label_key(h)]
    hits = [h for h in hits if not any(_holds(other, h) for other in hits)]
    if any(_label_key(h) == "users" for h in hits):  # "users at the renewal", "users to be"
        hits += scan.within(start, end, *_BESIDE_LABELS)
    covered = {i for h in hits for i in range(h.start, h.end) if _LETTERS.match(scan.text[i])}
    return frozenset(filter(None, map(_label_key, hits))) if len(covered) >= least * letters else frozenset()


def _label_key(hit: Hit) -> str | None:
    """Return what a word says as part of a label; words for users and for the parties count as labels too."""
    return hit.key if hit.tag.startswith("labels.") else _AS_LABELS.get(hit.tag)


def _holds(outer: Hit, inner: Hit) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end and outer.end - outer.start > inner.end - inner.start


class _Layouter:
    """Walks the lines once and keeps what later lines depend on: header, section, open paragraph."""

    def __init__(self, scan: Scan) -> None:
        self._scan = scan
        self._header: list[frozenset[str]] = []
        self._sides: tuple[Side, ...] = ()
        self._products: list[str] = []
        self._section: str | None = None
        self._section_paragraph = 0
        self._paragraph = 0
        self._prose: list[tuple[int, int]] = []
        self._prose_section: str | None = None

    def units(self, start: int, end: int) -> Iterator[Unit]:
        position = start
        while position < end:
            stop = self._scan.text.find("\n", position, end)
            stop = end if stop < 0 else stop
            yield from self._line(position, stop)
            position = stop + 1
        yield from self._close()

    def _line(self, start: int, end: int) -> Iterator[Unit]:
        text = self._scan.text
        if not text[start:end].strip():
            yield from self._close()
            self._header, self._sides = [], ()
            self._paragraph += 1
            return
        piped = PIPED.match(text, start, end)
        if piped or "\t" in text[start:end].strip() or self._is_aligned(start, end):
            yield from self._close()
            if RULE.fullmatch(text, start, end):
                return
            for piece in pieces(text, start, end, _LONGEST_LINE):
                yield from self._row(*piece)
            return
        bullet = _BULLET.match(self._scan.folded, start, end)
        inner = bullet.end() if bullet else start
        stop, *more = [piece[1] for piece in pieces(text, inner, end, _LONGEST_LINE)]
        pair = None if self._goes_on(start) else self._pair(inner, stop)
        if pair is not None:
            yield from self._close()
            yield pair
            if more:
                self._prose.append((stop, end))
            return
        is_bullet = inner > start and bool(text[start:inner].strip(" >\t"))
        role = self._heading_role(inner, end)
        if role == "contact" and len(self._prose) == 1:
            self._section = self._prose_section = role  # a name above what its bearer is
        if is_bullet or role is not None:
            yield from self._close()
        if role is not None:
            self._section, self._section_paragraph = role, self._paragraph
            return
        self._add_prose(inner if is_bullet else start, end)

    def _add_prose(self, start: int, end: int) -> None:
        if not self._prose:
            self._prose_section = self._section
        self._prose.append((start, end))

    def _goes_on(self, start: int) -> bool:
        """Whether a line goes on with the sentence of a long line above ("their billing address" / "in Kent: ..")."""
        if not self._prose or not self._scan.text[start].islower():
            return False
        above = self._scan.text[slice(*self._prose[-1])].rstrip()
        return len(above) >= _WRAPPED and above[-1] not in ".!?:;"

    def _is_aligned(self, start: int, end: int) -> bool:
        """Whether a line is a row of a table set with blanks: three columns or more, and a neighbour like it."""
        text = self._scan.text
        if len(COLUMNS.split(text[start:end].strip())) < 3:
            return False
        above = text[max(0, start - 400) : start].rstrip("\n").rsplit("\n", 2)[-2:]
        below = text[end + 1 : end + 400].split("\n", 2)[:2]
        if below and RULE.fullmatch(below[0]):  # a line of dashes under the head
            below = below[1:]
        return any(len(COLUMNS.split(n.strip())) >= 3 for n in (above[-1:] + below[:1]))

    def _heading_role(self, start: int, end: int) -> str | None:
        """Return the party whose block a line opens, when the line is nothing but its label."""
        stripped_end = start + len(self._scan.text[start:end].rstrip(" :：】]*-=|"))
        if stripped_end > start and self._scan.text[stripped_end - 1] in ".!?":
            return None  # "Our billing address is in our signature."
        tags = label_tags(self._scan, start, stripped_end, 0.8)
        numbered = _NUMBERED_HEADING.match(self._scan.text, start, stripped_end)  # "Part B - End customer"
        if not tags and numbered:
            tags = label_tags(self._scan, numbered.end(), stripped_end, 0.8)
        return None if tags & {"email", "name"} else _role(tags)

    def _enter(self, tags: frozenset[str]) -> None:
        """Follow a label into its party's block; a contact within a party's block stays in it."""
        role = _role(tags)
        inside = self._section in ("reseller", "customer") and self._section_paragraph == self._paragraph
        if role is not None and not (role == "contact" and inside):
            self._section, self._section_paragraph = role, self._paragraph

    def _pair(self, start: int, end: int) -> Unit | None:
        text = self._scan.text
        for separator in _SEPARATOR.finditer(text, start, min(end, start + 64)):
            if separator.start() == start:
                continue
            named = bool(self._scan.sites.starting(start, separator.start()))
            named = named or text.startswith("//", separator.end())  # "users at https://.."
            if named or _SENTENCE_WITHIN.search(text, start, separator.start()):
                return None  # "add to the existing site x.atlassian.net: .." opens a list
            strong = bool(re.search(r"[:：=】\]\t]|\.{4}|_{4}|…", separator[0]))
            tags = label_tags(self._scan, start, separator.start(), 0.5 if strong else 0.9)
            if not tags:
                if strong and ":" in separator[0].replace("：", ":"):
                    return None
                continue
            value = text[separator.end() : end].strip()
            self._enter(tags)
            if not value:
                return self._continued(start, end, tags)
            return Unit(
                kind="pair",
                start=start,
                end=end,
                tags=tags,
                value_start=separator.end(),
                section=self._section,
                paragraph=self._paragraph,
            )
        return None

    def _continued(self, start: int, end: int, tags: frozenset[str]) -> Unit | None:
        """A label whose value stands on the next lines, up to an empty line or the next label."""
        text = self._scan.text
        if tags <= {*ROLES, "customer", "reseller"}:
            return Unit(kind="heading", start=start, end=end, tags=tags)
        stop = position = end
        while position < len(text) and stop - end < 400:
            line_end = text.find("\n", position + 1)
            line_end = len(text) if line_end < 0 else line_end
            if line_end - position > _LONGEST_LINE:
                break
            line = text[position + 1 : line_end]
            if not line.strip() or "\t" in line.strip() or re.match(r"[^:：\n]{1,40}[:：](?!//)", line):
                break
            stop = position = line_end
        if stop == end:
            return None if _role(tags) is None else Unit(kind="heading", start=start, end=end, tags=tags)
        return Unit(
            kind="pair",
            start=start,
            end=stop,
            tags=tags,
            value_start=end + 1,
            section=self._section,
            paragraph=self._paragraph,
        )

    def _row(self, start: int, end: int) -> Iterator[Unit]:
        cells = cells_of(self._scan.text, start, end)
        filled = [c for c in cells if self._scan.text[c[0] : c[1]].strip()]
        tags = [self._cell_label(a, b, len(filled) == 2 and i > 0) for i, (a, b) in enumerate(cells)]
        labelled = sum(1 for t in tags if t)
        if "product" in tags[0]:  # "Product | Have today | Need"
            aims = ("cues.want", "cues.have", "kinds.renewal", "kinds.upgrade")
            labelled += sum(
                1 for t, (a, b) in zip(tags, cells, strict=True) if not t and self._scan.within(a, b, *aims)
            )
        if sides := sides_of(self._scan, cells, tags):
            self._sides = sides
            return
        of_products = product_row(self._scan, self._sides, cells, tags[0]) if len(self._sides) == len(cells) else []
        if of_products:
            yield Unit(
                kind="row",
                start=start,
                end=end,
                cells=tuple(Cell(t, a, b, product) for t, (a, b), product in of_products),
                section=self._section,
                paragraph=self._paragraph,
            )
            return
        if len(self._sides) == len(cells) and tags[0]:
            for label, (a, b), party in side_by_side(self._sides, cells, tags[0]):
                if self._scan.text[a:b].strip():
                    yield Unit(
                        kind="pair", start=a, end=b, tags=label, value_start=a, section=party, paragraph=self._paragraph
                    )
            return
        form = len(filled) == len(cells) == 3 and _role(tags[0]) and tags[1]
        if form and not self._scan.within(start, end, "product"):  # party, label, value
            self._enter(tags[0])
            yield Unit(
                kind="pair",
                start=cells[0][0],
                end=cells[2][1],
                tags=tags[0] | tags[1],
                value_start=cells[2][0],
                section=_role(tags[0]),
                paragraph=self._paragraph,
            )
            return
        if labelled >= 2 and labelled >= len(filled) - 2 and self._is_header(cells, tags):
            self._header = self._columns(cells)
            self._products = [next((h.key for h in self._scan.within(a, b, "product")), "") for a, b in cells]
            return
        if self._header and len(filled) > 1 and not self._is_form_row(cells, tags, filled):
            header = [*self._header, *[frozenset[str]()] * max(0, len(cells) - len(self._header))]
            names = [*self._products, *[""] * len(cells)]
            row = tuple(Cell(t, a, b, p) for t, p, (a, b) in zip(header, names, cells, strict=False))
            yield Unit(kind="row", start=start, end=end, cells=row, section=self._section, paragraph=self._paragraph)
            return
        if len(filled) > 3 and self._scan.within(start, end, "product"):  # no form, but a line of a list
            yield self._unheaded(start, end, cells)
            return
        yield from self._form(start, end, cells, tags)

    def _cell_label(self, start: int, end: int, is_value: bool) -> frozenset[str]:
        """Return what a cell labels; one that opens with a number labels nothing, and hardly one beside a label."""
        opens = self._scan.numbers.starting(start, start + 1)
        return frozenset() if opens else label_tags(self._scan, start, end, 0.8 if is_value else 0.6)

    def _columns(self, cells: Sequence[tuple[int, int]]) -> list[frozenset[str]]:
        """Return what each column holds; beside what is there now, "renew with" heads what is wanted."""
        columns = [label_tags(self._scan, a, b, 0.3) for a, b in cells]
        if any("users_now" in c for c in columns) and not any("users" in c and "users_now" not in c for c in columns):
            wanted = [
                bool(self._scan.within(a, b, "kinds.renewal", "kinds.upgrade", "cues.want", "cues.to"))
                for a, b in cells
            ]
            return [c or frozenset({"users"} if w else ()) for c, w in zip(columns, wanted, strict=True)]
        return columns

    def _is_header(self, cells: Sequence[tuple[int, int]], tags: Sequence[frozenset[str]]) -> bool:
        held = frozenset().union(*tags)
        if "request_type" in tags[0]:
            return False  # "Request: additional product on an existing site"
        row = (cells[0][0], cells[-1][1])
        values = [marks.starting(*row) for marks in (self._scan.numbers, self._scan.emails, self._scan.sites)]
        return bool(held & {"product", "users", "sen", "site", "plan", "notes"}) and not any(values)

    def _is_form_row(
        self,
        cells: Sequence[tuple[int, int]],
        tags: Sequence[frozenset[str]],
        filled: Sequence[tuple[int, int]],
    ) -> bool:
        first = next((t for (a, b), t in zip(cells, tags, strict=True) if self._scan.text[a:b].strip()), frozenset())
        products = self._scan.within(cells[0][0], cells[-1][1], "product", "app")
        return bool(first - {"total", "product"}) and len(filled) == 2 and not products

    def _form(
        self, start: int, end: int, cells: Sequence[tuple[int, int]], tags: Sequence[frozenset[str]]
    ) -> Iterator[Unit]:
        """A row without a header: label and value side by side, or just cells."""
        pairs = [i for i, t in enumerate(tags) if t and i + 1 < len(cells) and not tags[i + 1]]
        found = False
        for i in pairs:
            a, b = cells[i + 1]
            if not self._scan.text[a:b].strip():
                continue
            for (_, later), more in zip(cells[i + 2 :], tags[i + 2 :], strict=True):
                if more:
                    break
                b = later
            self._enter(tags[i])
            found = True
            yield Unit(
                kind="pair",
                start=cells[i][0],
                end=b,
                tags=tags[i],
                value_start=a,
                section=self._section,
                paragraph=self._paragraph,
            )
        if not found:
            yield self._unheaded(start, end, cells)

    def _unheaded(self, start: int, end: int, cells: Sequence[tuple[int, int]]) -> Unit:
        row = tuple(Cell(frozenset(), a, b) for a, b in cells)
        return Unit(kind="row", start=start, end=end, cells=row, section=self._section, paragraph=self._paragraph)

    def _in_date(self, at: int) -> bool:
        return any(d.end > at for d in self._scan.dates.around(at, at + 1))

    def _close(self) -> Iterator[Unit]:
        """End the open paragraph and yield its sentences."""
        text, section = self._scan.text, self._prose_section
        hard = self._scan.part != BODY
        for sentence in sentences(text, self._prose, self._scan.abbreviation, hard, self._in_date):
            for start, end in pieces(text, *sentence, _LONGEST_SENTENCE):
                yield Unit(kind="sentence", start=start, end=end, section=section, paragraph=self._paragraph)
        self._prose = []


def _role(tags: frozenset[str]) -> str | None:
    if "reseller" in tags:
        return "reseller"
    if "customer" in tags:
        return "customer"
    return "contact" if tags & {*ROLES} else None
