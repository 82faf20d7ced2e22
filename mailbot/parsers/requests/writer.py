"""Who writes: the sender's full name and organisation."""

import re
from collections.abc import Sequence

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.message import Desk, InboundMessage, Role, TextPart
from mailbot.parsers.layout import Unit
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import header_name, is_person, name_at, name_before
from mailbot.parsers.requests.block import Block
from mailbot.parsers.requests.persons import Person, Senders
from mailbot.parsers.scan import Scan


def writer_name(
    message: InboundMessage,
    body: Scan,
    blocks: Sequence[Block],
    signature: Sequence[tuple[int, int]],
    persons: Sequence[Person],
    knowledge: Knowledge,
) -> Extracted[str] | None:
    """Return the writer's full name: from the body or signature if given there, else from the From header."""
    email = message.sender.email if message.sender else ""
    display = message.sender.name if message.sender else None
    header = header_name(display, email, knowledge)
    written = [p.name for p in persons if not p.theirs and p.name is not None]
    written += _introduced_names(body, blocks[0].units, knowledge)
    spans = [*signature, *last_lines(body, own_spans(message.body))]
    for start, end in spans:
        for m in re.finditer(r"[^\n|｜,，/]+", body.text[start:end]):
            native = header is not None and header.isascii() and not m[0].isascii()
            if header is None or native or set(header.split()) & set(re.findall(r"\w+", m[0])) or header in m[0]:
                name = name_at(body, start + m.start(), start + m.end(), knowledge)
                alone = name is not None and _stands_alone(m[0].strip(), name.value)
                if name is not None and alone and is_person(name.value, email, knowledge):
                    written.append(Extracted(name.value, (body.evidence(name.start, name.end),)))
    if header is None:
        written += _names_at_line_ends(body, spans, email, knowledge)
    if body.lexicons[0].code == "ja":  # a surname alone is no full name (policy 2)
        surnames = knowledge.gazetteers.surnames["ja"]
        written = [w for w in written if w.value not in surnames]
        header = None if header in surnames else header
    if header is None:
        return written[0] if written else None
    for own in written:
        if own.value.replace(" ", "") == header.replace(" ", ""):
            return Extracted(header, own.evidence)  # the same name, spaced as its bearer spaces it
    for own in written:
        if own.value == header or _same_person(own.value, header):
            return own
    at = (display or "").find(header)
    evidence = Evidence(
        message=body.message, part="header:from", start=max(at, 0), end=max(at, 0) + len(header), text=header
    )
    return Extracted(header, (evidence,))


def _names_at_line_ends(
    body: Scan, spans: Sequence[tuple[int, int]], email: str, knowledge: Knowledge
) -> list[Extracted[str]]:
    """Return names that end a line after company and department ("X株式会社　購買部　倉田 弘樹")."""
    found = []
    for start, end in spans:
        for m in re.finditer(r"[^\n]+", body.text[start:end]):
            if not re.search(r"[ 　]", m[0][1:-1]):
                continue
            stop = start + m.start() + len(m[0].rstrip())
            name = name_before(body, start + m.start(), stop, knowledge)
            if name is None or name.end != stop or name.value.isascii():
                continue
            if is_person(name.value, email, knowledge):
                found.append(Extracted(name.value, (body.evidence(name.start, name.end),)))
    return found


def _stands_alone(line: str, name: str) -> bool:
    """Whether a line is a name and little else; in Han or Hangul nothing else but a remark behind a blank."""
    if re.search(r"[぀-ヿ㐀-鿿가-힯]", name):
        return re.split(r"[ 　(（]", line)[0] in (name, name.split()[0]) or line == name
    return len(line) <= len(name) + 24


def _same_person(name: str, header: str) -> bool:
    a, b = {w.casefold() for w in name.split()}, {w.casefold() for w in header.split()}
    native = not name.isascii() and header.isascii() and len(name) <= 6
    return (bool(a & b) and len(a) >= len(b)) or native


def _introduced_names(body: Scan, units: Sequence[Unit], knowledge: Knowledge) -> list[Extracted[str]]:
    found = []
    for unit in units[:4]:
        for hit in body.within(unit.start, unit.end, "cues.self_intro"):
            after = name_at(body, hit.end, unit.end, knowledge)
            span = after
            if span is None or span.start - hit.end > 2:
                m = re.compile(r"[^，。,.!！\n]{0,30}?[のの的 　]").match(body.text, hit.end, unit.end)
                span = name_at(body, m.end(), unit.end, knowledge) if m else None
            if span is None:
                line = body.text.rfind("\n", 0, hit.start) + 1
                head = body.text[line : hit.start]
                cut = max(
                    head.rfind("の"), head.rfind(" ") if not re.search(r"[一-鿿] [一-鿿぀-ヿ]", head[-8:]) else -1, -1
                )
                span = name_at(body, line + cut + 1, hit.start, knowledge)
            if span is not None:
                found.append(Extracted(span.value, (body.evidence(span.start, span.end),)))
    return found


def last_lines(body: Scan, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last lines of the new text, where a signature without any mark would be."""
    if not spans:
        return []
    start, end = spans[-1]
    lines = body.text[start:end].rstrip().splitlines(keepends=True)
    length = sum(map(len, lines[-5:])) if len(lines) > 3 else sum(map(len, lines[-2:])) if len(lines) > 1 else 0
    stop = start + len(body.text[start:end].rstrip())
    length = min(length, len("".join(lines[1:]))) if len(lines) > 1 else length  # the first line greets
    return [(max(start, stop - length), stop)]


def own_spans(part: TextPart) -> list[tuple[int, int]]:
    """Return what the sender newly wrote; all of a text without segments."""
    if not part.segments:
        return [(0, len(part.text))]
    return [(s.start, s.end) for s in part.segments if s.role is Role.NEW]


def senders_of(message: InboundMessage, desk: Desk, knowledge: Knowledge) -> Senders:
    email = message.sender.email.lower() if message.sender else ""
    domain = email.rpartition("@")[2]
    own = frozenset(a.lower() for a in (desk.address, *desk.aliases) if a)
    shared = not domain or domain in knowledge.gazetteers.free_mail
    person = header_name(message.sender.name, email, knowledge) if message.sender else None
    return Senders(email, None if shared else domain, person, own)
