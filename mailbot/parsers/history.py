"""Where earlier mails begin inside a mail: quote signs, attribution lines, separators and header blocks."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailbot.domain.message import Address
from mailbot.parsers.knowledge import MailKnowledge

_QUOTE_SIGN = re.compile(r"\s{0,3}[>＞]\s?")
_RULE = re.compile(r"\s*[-_=*—–─━]{2,}[^\w\n]*")
_LABEL = re.compile(r"[\s*_|•]*+([^\s:：*][^:：\n]{0,24}?)[\s*_\u3000]*+[:：][\s*_]*(.*)", re.DOTALL)
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+")
# A date, a time and an address at the end: "2026年11月17日(火) 11:08 Jane <jane@a.example>:", "вт, 17 нояб. ..".
_DATED_ADDRESS = re.compile(
    r"\s*+(?:[^\W\d_]{1,4}[.,]{1,2}\s{0,3})?(?=.{0,20}\b(?:19|20)\d\d)\d{1,4}.{1,80}?\d{1,2}[:：.時시]\d{2}.{0,120}"
    r"[<(（][^\s@<(]{1,64}@[^\s@]{3,100}[>)）]\s*[:：]\s*\Z"
)
# A date without a time; it counts only with quoted lines right below: "2026/11/17 Jane <jane@a.example>:".
_DAY_ADDRESS = re.compile(
    r"\s*+(?=.{0,20}\b(?:19|20)\d\d)\d{1,4}.{1,120}[<(（][^\s@<(]{1,64}@[^\s@]{3,100}[>)）]\s*[:：]\s*\Z"
)
_DATED_START = re.compile(r"\s*(?:[^\W\d_]{1,4}[.,]{0,2}\s{0,3})?\d")
_PREFIX = re.compile(
    r"\s*(?:\[[^\]]{1,30}\]\s*)?([^\W\d_]{1,12}|[^\W\d_]{1,4}\s[^\W\d_]{1,4})\s?(?:\[\d{1,3}\]|\(\d{1,3}\))?\s?[:：]"
)
_MAX_LINES = 20_000
_MAX_LINE = 600  # of lines that can be an attribution or a header
_MAX_HEADER_LINES = 30
_NUMBER = re.compile(r"\d+")
_WRAPPED_FROM = 66  # a quoted line that a program wrapped was at least so long
_WRAPPED_REST = 30


@dataclass(frozen=True, slots=True)
class Line:
    """One line; `text` without its end and, inside a quotation that was opened, without its quote sign.

    `quote` numbers the HTML quotation that covers the line, 0 for none.
    """

    start: int
    end: int
    text: str
    quote: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether nothing is to be seen on the line."""
        return not self.text.strip()

    @property
    def is_quoted(self) -> bool:
        """Whether the line begins with a quote sign."""
        return _QUOTE_SIGN.match(self.text) is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Lines `first` to `last` (exclusive) that hold an earlier mail; its own text begins at `body`.

    `forward`: a forward marker stands above it. `header`: it has a header block. `prefixed`: its lines have quote
    signs.
    """

    first: int
    body: int
    last: int
    author: Address | None = None
    forward: bool = False
    header: bool = False
    prefixed: bool = False


def split_lines(text: str, quotes: Sequence[tuple[int, int]] = ()) -> list[Line]:
    """Return the lines of the text, which together cover it."""
    outer: list[tuple[int, int]] = []
    for start, end in sorted(quotes):
        if not outer or start >= outer[-1][1]:
            outer.append((start, end))
    starts = [start for start, _ in outer]
    lines = []
    at = 0
    for piece in text.split("\n", _MAX_LINES):  # what is beyond becomes one last line
        end = min(at + len(piece) + 1, len(text))
        index = bisect_right(starts, at) - 1
        inside = index >= 0 and at < outer[index][1]
        lines.append(Line(at, end, piece, index + 1 if inside else 0))
        at = end
    if len(lines) > 1 and lines[-1].start == lines[-1].end:
        lines.pop()
    return lines


def find_blocks(lines: list[Line], first: int, last: int, knowledge: MailKnowledge) -> list[Block]:
    """Return the outermost earlier mails among the lines, in order."""
    blocks: list[Block] = []
    i = first
    author: Address | None = None
    while i < last:
        block = _block_at(lines, i, first, last, knowledge, author)
        if block is None:
            i += 1
            continue
        author = block.author or author
        blocks.append(block)
        i = max(block.last, i + 1)
    return blocks


def open_quotation(lines: list[Line], block: Block) -> None:
    """Take one level of quotation off the block's lines, in place."""
    lines[block.body : block.last] = _unquoted(lines, block.body, block.last)


def has_forward_prefix(subject: str, knowledge: MailKnowledge) -> bool:
    """Whether the outermost prefix of the subject is that of a forwarded mail."""
    return _prefix(subject) in knowledge.forward_prefixes


def _prefix(subject: str) -> str:
    return match[1].casefold() if (match := _PREFIX.match(subject)) else ""


def _block_at(
    lines: list[Line], i: int, first: int, last: int, knowledge: MailKnowledge, author: Address | None
) -> Block | None:
    line = lines[i]
    if line.is_blank:
        return None
    if line.is_quoted:
        end = _end_of_quotation(lines, i, last)
        body, named, _ = _top(lines, i, end, True, knowledge)
        return Block(first=i, body=body, last=end, author=named or author, prefixed=True)
    if marker := _marker(line.text, knowledge):
        return _below_marker(lines, i, first, last, knowledge, forward=marker == "forward")
    if header := _header(lines, i, last, knowledge):
        start = i - 1 if i > first and _RULE.fullmatch(lines[i - 1].text) else i
        return Block(first=start, body=header[0], last=last, author=header[1], header=True)
    if count := _attribution(lines, i, last, knowledge):
        return _below_attribution(lines, i, count, first, last, knowledge)
    if i + 1 < last and lines[i + 1].is_quoted and len(line.text) <= _MAX_LINE and _DAY_ADDRESS.match(line.text):
        return _below_attribution(lines, i, 1, first, last, knowledge)
    if line.quote and (i == first or lines[i - 1].quote != line.quote):
        end = _end_of_element(lines, i, last)
        body, named, has_header = _top(lines, i, end, False, knowledge)
        return Block(first=i, body=body, last=end, author=named or author, header=has_header)
    return None


def _unquoted(lines: list[Line], start: int, end: int) -> list[Line]:
    return [
        replace(line, text=line.text[match.end() :], quote=0) if (match := _QUOTE_SIGN.match(line.text)) else line
        for line in lines[start:end]
    ]


def _below_marker(
    lines: list[Line], i: int, first: int, last: int, knowledge: MailKnowledge, *, forward: bool
) -> Block | None:
    """A line "---- Original message ----" or "Begin forwarded message:": what is below is the earlier mail."""
    top = _next_inked(lines, i + 1, last)
    if top >= last:
        return None
    prefixed = lines[top].is_quoted
    end = last
    if prefixed:
        end = _end_of_quotation(lines, top, last)
    elif lines[i].quote:
        end = max(_end_of_element(lines, i, last), top + 1)
    body, author, has_header = _top(lines, top, end, prefixed, knowledge, below_marker=True)
    announced = _RULE.match(lines[i].text) or (forward and lines[i].text.rstrip().endswith((":", "：")))
    if not has_header and not announced:
        return None
    return Block(first=i, body=body, last=end, author=author, forward=forward, header=has_header, prefixed=prefixed)


def _below_attribution(
    lines: list[Line], i: int, count: int, first: int, last: int, knowledge: MailKnowledge
) -> Block | None:
    """ "On .. Jane wrote:": the quoted lines below belong to it, or, without quote signs, everything below."""
    attribution = " ".join(line.text.strip() for line in lines[i : i + count])
    top = _next_inked(lines, i + count, last)
    if top >= last:
        return None
    if lines[top].is_quoted:
        end, prefixed = _end_of_quotation(lines, top, last), True
    elif lines[top].quote:
        end, prefixed = _end_of_element(lines, top, last), False
    elif _is_certain(attribution) and any(not line.is_blank for line in lines[first:i]):
        end, prefixed = last, False
    else:
        return None
    body, _, _ = _top(lines, top, end, prefixed, knowledge)
    return Block(first=i, body=body, last=end, author=_author(attribution), prefixed=prefixed)


def _is_certain(attribution: str) -> bool:
    """Whether only a mail program writes so: with a date, and an address or the time."""
    return len(_NUMBER.findall(_ADDRESS.sub(" @ ", attribution))) >= (2 if _ADDRESS.search(attribution) else 4)


def _top(
    lines: list[Line], top: int, end: int, prefixed: bool, knowledge: MailKnowledge, *, below_marker: bool = False
) -> tuple[int, Address | None, bool]:
    """Return where the text of an earlier mail begins, its author, and whether it has a header block."""
    limit = min(end, top + _MAX_HEADER_LINES + 5)
    head = _unquoted(lines, top, limit) if prefixed else lines[top:limit]
    start = _after_markers(head, 0, len(head), knowledge)
    if header := _header(head, start, len(head), knowledge, below_marker=below_marker or start > 0):
        return top + header[0], header[1], True
    if count := _attribution(head, start, len(head), knowledge):
        return top + start + count, _author(" ".join(line.text for line in head[start : start + count])), False
    return top, None, False


def _next_inked(lines: list[Line], i: int, last: int) -> int:
    return next((at for at in range(i, last) if not lines[at].is_blank), last)


def _after_markers(lines: list[Line], i: int, last: int, knowledge: MailKnowledge) -> int:
    while i < last and (lines[i].is_blank or _marker(lines[i].text, knowledge)):
        i += 1
    return i


def _end_of_quotation(lines: list[Line], i: int, last: int) -> int:
    """Return the end of a run of quoted lines: blank lines between two of them and wrapped rests belong to it."""
    end = i + 1
    while end < last:
        if lines[end].is_quoted:
            end += 1
            continue
        following = _next_inked(lines, end, last)
        if following > end and following < last and lines[following].is_quoted:
            end = following + 1
        elif following == end and end + 1 < last and lines[end + 1].is_quoted and _is_wrapped_rest(lines, end):
            end += 2
        else:
            break
    return end


def _is_wrapped_rest(lines: list[Line], i: int) -> bool:
    """Whether an unquoted line is the end of the quoted line above, cut off by a program that wraps lines."""
    text = lines[i].text.strip()
    return (
        len(lines[i - 1].text) >= _WRAPPED_FROM
        and len(text) <= _WRAPPED_REST
        and text[:1].islower()
        and not any(char.isdigit() or char == "@" for char in text)
    )


def _end_of_element(lines: list[Line], i: int, last: int) -> int:
    number = lines[i].quote
    while i < last and (
        lines[i].quote == number or (lines[i].is_blank and i + 1 < last and lines[i + 1].quote == number)
    ):
        i += 1
    return i


def _marker(text: str, knowledge: MailKnowledge) -> str | None:
    """Return `forward` or `original` for a line that announces an earlier mail."""
    if len(text) > 120:
        return None
    ruled = _RULE.match(text) is not None
    words = " ".join(text.strip(" \t-_=*—–─━:：>|").replace("’", "'").casefold().split())
    if not words:
        return None
    if words in knowledge.forward_markers or (ruled and words.startswith(tuple(knowledge.forward_markers))):
        return "forward"
    if words in knowledge.original_markers:
        return "original"
    return None


def _header(
    lines: list[Line], i: int, last: int, knowledge: MailKnowledge, *, below_marker: bool = False
) -> tuple[int, Address | None] | None:
    """Return the first line behind a header block that begins at line `i` and its author, or None for no block.

    A block has three known labels with an address among their values, or four with a date; two below a marker.
    """
    if i >= last or _label(lines[i].text, knowledge) is None:
        return None
    values: dict[str, str] = {}
    at = end = i
    blanks = 0
    while at < last and at - i < _MAX_HEADER_LINES:
        text = lines[at].text
        if lines[at].is_blank:
            blanks += 1
            if blanks > 1 or at == i:
                break
            at += 1
            continue
        if label := _label(text, knowledge):
            kind, value = label
            if kind in values and kind == "from":
                break
            values.setdefault(kind, value)
            blanks = 0
            end = at + 1
        elif blanks or not _continues(text, values):
            break
        else:
            end = at + 1
        at += 1
    has_address = any("@" in value for value in values.values())
    enough = (
        (len(values) >= 2 and (below_marker or ("from" in values and "@" in values["from"] and "sent" in values)))
        or (len(values) >= 3 and has_address)
        or (len(values) >= 4 and any(char.isdigit() for char in values.get("sent", "")))
    )  # fmt: skip
    if "from" not in values or not enough:
        return None
    return end, _author(values["from"])


def _label(text: str, knowledge: MailKnowledge) -> tuple[str, str] | None:
    if len(text) > 4000 or (match := _LABEL.match(text)) is None:
        return None
    kind = knowledge.labels.get(" ".join(match[1].replace("’", "'").casefold().split()))
    return None if kind is None else (kind, match[2])


def _continues(text: str, values: dict[str, str]) -> bool:
    """Whether a line without label goes on with a long list of recipients or a folded value."""
    return bool(values) and (text.startswith((" ", "\t")) or text.count("@") >= 1 or text.rstrip().endswith((";", ">")))


def _attribution(lines: list[Line], i: int, last: int, knowledge: MailKnowledge) -> int:
    """Return how many lines from line `i` are an attribution line, wrapped or not; 0 for none."""
    joined = ""
    for count in (1, 2, 3):
        if i + count > last:
            return 0
        text = lines[i + count - 1].text
        if not text.strip() or len(joined) + len(text) > _MAX_LINE:
            return 0
        joined = f"{joined} {text.strip()}" if joined else text.strip()
        if count > 1 and not _may_begin(lines[i].text, knowledge):
            return 0
        if joined.rstrip().endswith((":", "：")) and is_attribution(joined, knowledge):
            below = (" ".join(line.text.strip() for line in lines[at : i + count]) for at in range(i + 1, i + count))
            return 0 if any(_is_whole(text, knowledge) for text in below) else count
    return 0


def _is_whole(text: str, knowledge: MailKnowledge) -> bool:
    """Whether the last lines of what looks like a wrapped attribution are one alone: the first is the sender's own."""
    *numbers, rest = _NUMBER.split(_ADDRESS.sub(" @ ", text))
    is_named = "@" in text or len(rest.split()) > 1
    begins = text.casefold().startswith(knowledge.attribution_starts)
    is_dated = len(numbers) >= 2 if begins else len(numbers) >= 4 and (text[0].isdigit() or "@" in text)
    return is_named and is_dated and is_attribution(text, knowledge)


def _may_begin(text: str, knowledge: MailKnowledge) -> bool:
    """Whether a wrapped attribution may begin with the line: with a known first word, or with a date."""
    folded = text.strip().casefold()
    return bool(_DATED_START.match(folded)) or folded.startswith(knowledge.attribution_starts) or "@" in folded


def is_attribution(text: str, knowledge: MailKnowledge) -> bool:
    """Whether the text is a line such as "On 3 Nov 2026, Jane wrote:", by the patterns of every language."""
    folded = " ".join(text.replace("：", ":").replace("’", "'").casefold().split()).replace(" :", ":")
    has_digit = any(char.isdigit() for char in folded)
    for pieces in knowledge.attributions:
        if (has_digit or "@" in folded) and _fits(folded, pieces):
            return True
    return _DATED_ADDRESS.match(text.strip()) is not None


def _fits(text: str, pieces: tuple[str, ...]) -> bool:
    ending = pieces[-1].replace(" :", ":")
    if not text.startswith(pieces[0]) or not text.endswith(ending):
        return False
    at = len(pieces[0]) or 1  # what begins with a name has one
    for piece in pieces[1:-1]:
        found = text.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return at < len(text) - len(ending)


def _author(text: str) -> Address | None:
    """Return the address in a From value or an attribution line, with the name before it."""
    match = _ADDRESS.search(text)
    if match is None:
        return None
    local, _, domain = match[0].rpartition("@")
    before = text[: match.start()].rpartition(",")[2]
    name = before.replace("mailto:", "").strip(" \t<([\"'*（＜:：")
    is_name = bool(name) and not any(char.isdigit() for char in name)
    return Address(name=name if is_name else None, email=f"{local}@{domain.lower()}")
