"""HTML to the text that a person sees: lines, table rows with tabs, links, and what is quoted or a signature."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser, LexborNode

from mailbot.domain.message import Link
from mailbot.parsers import links, style

MAX_CHARACTERS = 1_000_000
_MAX_DEPTH = 1000
_MAX_NODES = 60_000

_BLOCKS = frozenset({"address", "article", "aside", "body", "center", "dd", "details", "div", "dl", "dt", "fieldset",
                     "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr",
                     "html", "legend", "li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody",
                     "thead", "tfoot", "tr", "td", "th", "caption", "ul", "blockquote"})  # fmt: skip
_SPACED = frozenset({"h1", "h2", "h3", "h4", "h5", "h6", "p", "blockquote", "pre", "dl"})
_NOT_SHOWN = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "embed", "iframe",
                        "svg", "select", "textarea", "button", "meta", "link", "base", "area", "map", "canvas",
                        "audio", "video"})  # fmt: skip
_INK = re.compile(r"\S")
_BLANKS = re.compile(r"[ \t\r\n\f\xa0]+")
_NO_MARGIN = re.compile(r"margin(?:-top|-bottom)?\s*:\s*0")
_TAG = re.compile(r"<[^<>]{0,2000}>")
_NESTING = re.compile(r"<(/?)(?:div|span|table|blockquote|ul|ol|dl|font|center|section|article|form|[abiu]|strong)\b",
                      re.IGNORECASE)  # fmt: skip
_LARGE = 64_000
_MAX_PARSED_DEPTH = 3000
_WIDE_CELL = 400  # characters; a table with a longer cell lays out the page
_TALL_CELL = 3  # blocks or line breaks in one cell


@dataclass(frozen=True, slots=True)
class Marks:
    """Which elements of mail programs hold history and signatures: classes and ids in lower case."""

    quote_classes: frozenset[str] = frozenset()
    quote_ids: frozenset[str] = frozenset()
    history_ids: frozenset[str] = frozenset()  # everything from here to the end is history
    signature_classes: frozenset[str] = frozenset()
    signature_ids: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Rendered:
    """The visible text. `quotes` and `signatures` are (start, end) in it."""

    text: str
    links: tuple[Link, ...] = ()
    quotes: tuple[tuple[int, int], ...] = ()
    signatures: tuple[tuple[int, int], ...] = ()
    has_table: bool = False
    has_hidden_text: bool = False


def render(source: str, marks: Marks) -> Rendered:
    """Return what a person reads in an HTML body. Linear in the source for any source; never raises."""
    source = source[:MAX_CHARACTERS]
    if len(source) > _LARGE and _depth(source) > _MAX_PARSED_DEPTH:  # parsers are quadratic in the depth
        return Rendered(_BLANKS.sub(" ", _TAG.sub(" ", source)), has_hidden_text=True)
    parser = LexborHTMLParser(source)
    root = parser.body or parser.root
    if root is None:
        return Rendered("")
    sheet = style.rules([node.text() for node in parser.css("style")[:20]])
    page = _Page(marks, sheet)
    page.walk(root)
    return page.finish()


@dataclass(slots=True)
class _Open:
    """An element on the way down."""

    node: LexborNode
    tag: str
    look: style.Look
    spaced: bool = False
    link: str | None = None
    span: list[tuple[int, int]] | None = None  # where to note what the element covers
    start: int = -1  # where its first visible character stands
    counter: int | None = None  # next number of an ordered list
    data_table: bool = False
    flat: bool = False  # inside a cell of a data table: no line breaks
    columns: int = 0  # of the cells so far


@dataclass(slots=True)
class _Page:
    marks: Marks
    sheet: Mapping[str, str]
    pieces: list[str] = field(default_factory=list)
    length: int = 0
    breaks: int = 0  # line breaks owed before the next visible character
    space: bool = False  # a blank owed
    tabs: int = 0  # cell borders owed
    marker: str = ""  # of a list item, owed
    links: list[Link] = field(default_factory=list)
    quotes: list[tuple[int, int]] = field(default_factory=list)
    signatures: list[tuple[int, int]] = field(default_factory=list)
    history_from: int = -1
    history_owed: bool = False
    has_table: bool = False
    has_hidden: bool = False
    stack: list[_Open] = field(default_factory=list)

    def walk(self, root: LexborNode) -> None:
        """Visit the tree without recursion, within limits of depth and number."""
        self.stack.append(_Open(root, "body", style.look("body", root.attributes, style.Look(), self.sheet)))
        node = root.child
        visited = 0
        while self.stack:
            if node is None:
                closing = self.stack.pop()
                self._close(closing)
                node = closing.node.next if self.stack else None
                continue
            visited += 1
            if visited > _MAX_NODES:
                break
            tag = node.tag or ""
            if tag == "-text":
                self._text(node.text_content or "")
            elif not tag.startswith("-") and tag not in _NOT_SHOWN:
                if tag == "br":
                    self._break()
                elif tag == "img":
                    pass
                elif len(self.stack) < _MAX_DEPTH:
                    child = node.child
                    self._open(node, tag)
                    if child is not None:
                        node = child
                        continue
                    self._close(self.stack.pop())
                else:  # deeper than any person's mail: whether its text is seen cannot be said
                    self.has_hidden = True
            node = node.next
        while self.stack:
            self._close(self.stack.pop())

    def finish(self) -> Rendered:
        """Return the page as text."""
        if self.history_from >= 0:
            self.quotes.append((self.history_from, self.length))
        return Rendered(
            text="".join(self.pieces),
            links=tuple(self.links),
            quotes=tuple(sorted(self.quotes)),
            signatures=tuple(sorted(self.signatures)),
            has_table=self.has_table,
            has_hidden_text=self.has_hidden,
        )

    def _open(self, node: LexborNode, tag: str) -> None:
        parent = self.stack[-1]
        attributes = node.attributes
        entry = _Open(node, tag, style.look(tag, attributes, parent.look, self.sheet) if attributes or self.sheet
                      else parent.look, flat=parent.flat)  # fmt: skip
        if tag == "pre":
            entry.look = style.Look(entry.look.hidden, entry.look.colour, entry.look.background, entry.look.tiny, True)
        if tag == "a" and (target := attributes.get("href")):
            entry.link = target
        if attributes:
            self._note_marks(entry, attributes)
        if tag in _BLOCKS:
            entry.spaced = tag in _SPACED and not _has_no_margin(attributes)
            self._open_block(entry, parent, attributes)
        self.stack.append(entry)

    def _open_block(self, entry: _Open, parent: _Open, attributes: Mapping[str, str | None]) -> None:
        if entry.tag in ("td", "th") and parent.data_table:
            if parent.columns:
                self.tabs += parent.columns
                self.space = False
            span = attributes.get("colspan") or "1"
            parent.columns = int(span) if span.isdecimal() and len(span) < 3 else 1
            entry.flat = True
            return
        self._block_edge(entry, spaced=entry.spaced)
        if entry.tag == "table":
            entry.data_table = not parent.flat and _is_data_table(entry.node)
            self.has_table = self.has_table or entry.data_table
        elif entry.tag in ("tbody", "thead", "tfoot", "tr"):
            entry.data_table = parent.data_table
        elif entry.tag == "ol":
            start = attributes.get("start") or "1"
            entry.counter = int(start) if start.isdecimal() and len(start) < 6 else 1
        elif entry.tag == "li":
            self.marker = f"{parent.counter}. " if parent.counter is not None else "- "
            if parent.counter is not None:
                parent.counter += 1

    def _note_marks(self, entry: _Open, attributes: Mapping[str, str | None]) -> None:
        identity = (attributes.get("id") or "").lower().removeprefix("x_")
        classes = {name.removeprefix("x_") for name in (attributes.get("class") or "").lower().split()[:20]}
        if identity in self.marks.history_ids:
            self.history_owed = self.history_from < 0
        elif (
            (entry.tag == "blockquote" and _is_citation(attributes))
            or classes & self.marks.quote_classes
            or identity in self.marks.quote_ids
        ):
            entry.span = self.quotes
        elif classes & self.marks.signature_classes or identity in self.marks.signature_ids:
            entry.span = self.signatures

    def _close(self, entry: _Open) -> None:
        if entry.tag == "tr" and entry.data_table:
            self.tabs = 0
        if entry.tag == "li":
            self.marker = ""
        if entry.tag in _BLOCKS and not (entry.tag in ("td", "th") and entry.flat):
            self._block_edge(entry, spaced=entry.spaced)
        if entry.start < 0:
            return
        if entry.span is not None:
            entry.span.append((entry.start, self.length))
        if entry.link is not None:
            self.links.append(Link(start=entry.start, end=self.length, target=links.unwrap(entry.link)))

    def _block_edge(self, entry: _Open, *, spaced: bool) -> None:
        if entry.flat:
            self.space = True
            return
        self.space = False
        if self.length:
            self.breaks = max(self.breaks, 2 if spaced else 1)

    def _break(self) -> None:
        entry = self.stack[-1]
        if entry.flat:
            self.space = True
        elif entry.look.seen and self.length:
            self.breaks = min(self.breaks + 1, 3)
            self.space = False

    def _text(self, text: str) -> None:
        look = self.stack[-1].look
        if not look.seen:
            self.has_hidden = self.has_hidden or bool(_INK.search(text))
            return
        if look.preformatted:
            for index, line in enumerate(text.split("\n")):
                if index:
                    self._break()
                if line:
                    self._write(line.replace("\xa0", " "))
            return
        words = _BLANKS.sub(" ", text)
        if words.startswith(" "):
            self.space = True
            words = words[1:]
        if not words:
            return
        trailing = words.endswith(" ")
        self._write(words[:-1] if trailing else words)
        self.space = trailing

    def _write(self, text: str) -> None:
        """Add visible text after what is owed; the elements that it opens begin with it."""
        if self.breaks and self.length:
            self._add("\n" * self.breaks)
            self.space = False
        if self.tabs:
            self._add("\t" * self.tabs)
        elif self.space and self.length and not self.pieces[-1].endswith((" ", "\t", "\n")):
            self._add(" ")
        self.breaks = self.tabs = 0
        self.space = False
        if self.marker:
            self._add(self.marker)
            self.marker = ""
        if self.history_owed:
            self.history_from = self.length
            self.history_owed = False
        for entry in reversed(self.stack):
            if entry.start >= 0:
                break
            entry.start = self.length
        self._add(text)

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        self.length += len(text)


def _depth(source: str) -> int:
    """Return how deep elements of the source nest, counted roughly: only those that need an end tag."""
    depth = deepest = 0
    for match in _NESTING.finditer(source):
        depth = max(0, depth - 1) if match[1] else depth + 1
        deepest = max(deepest, depth)
    return deepest


def _has_no_margin(attributes: Mapping[str, str | None]) -> bool:
    return "mso" in (attributes.get("class") or "").lower() or bool(_NO_MARGIN.search(attributes.get("style") or ""))


def _is_citation(attributes: Mapping[str, str | None]) -> bool:
    """Whether a blockquote says that it quotes; people also indent with it what they ask for."""
    declared = (attributes.get("style") or "").lower().replace(" ", "")
    return attributes.get("type") == "cite" or "cite" in attributes or "border-left:" in declared


def _is_data_table(table: LexborNode) -> bool:
    """Whether rows and cells mean something, in contrast to a table that only places things on the page."""
    rows = table.css("tr")[:20]
    if len(table.css("table")) > 1 or not rows:  # the first is the table itself
        return False
    widest = 0
    for row in rows:
        cells = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        widest = max(widest, sum(1 for cell in cells if (cell.text() or "").strip()))
        for cell in cells:
            if len(cell.text() or "") > _WIDE_CELL or len(cell.css("br, p, div, li")) >= _TALL_CELL:
                return False
    return widest >= 2
