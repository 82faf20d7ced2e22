"""One message read: everything that it states, before it is put together with the rest of its thread."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mailbot.domain.evidence import Evidence, Extracted
from mailbot.domain.message import Desk, InboundMessage, Role, Segment, TextPart
from mailbot.domain.request import Doubt, Reason, RequestLine
from mailbot.parsers.layout import Unit, lay_out
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import header_name, is_person, name_at
from mailbot.parsers.requests.addresses import OwnedAddress, address_in, find_addresses
from mailbot.parsers.requests.answers import Asked, find_answers
from mailbot.parsers.requests.companies import customer_company, reseller_company
from mailbot.parsers.requests.kinds import Cues, find_cues
from mailbot.parsers.requests.lines import LineBook
from mailbot.parsers.requests.persons import Person, Senders, find_persons
from mailbot.parsers.requests.terms import Terms, find_terms
from mailbot.parsers.requests.topics import find_topics
from mailbot.parsers.scan import Scan, Span, scan

_REPLY_PREFIX = re.compile(
    r"^\s*(?:(?:re|aw|sv|vs|odp|ynt|antw|rif|r|ответ|回复|回覆|答复|答覆|返信|회신|답장)\s?(?:\[\d+\])?\s?[:：]\s*)+",
    re.IGNORECASE,
)


NamesOnFile = Callable[[Sequence[str], Sequence[str]], Mapping[str, str]]
"""Gives for sites and SENs the customer's name in the vendor's records, by site and by SEN."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A text of the message with its units; several when a mail has attachments."""

    scan: Scan
    units: tuple[Unit, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message states. `sites` and `sens` are in order of first mention, each with all its places."""

    index: int
    message: InboundMessage
    is_reply: bool
    blocks: tuple[Block, ...]
    subject: Block
    cues: Cues
    sites: tuple[Extracted[str], ...]
    sens: tuple[Extracted[str], ...]
    lines: tuple[RequestLine, ...]
    floating: RequestLine | None
    dropped: frozenset[str]
    persons: tuple[Person, ...]
    sender_name: Extracted[str] | None
    sender_company: Extracted[str] | None
    customer_company: Extracted[str] | None
    companies: Mapping[str, Extracted[str]]  # by site, when the mail names several
    addresses: tuple[OwnedAddress, ...]
    terms: Terms
    topics: tuple[Extracted[str], ...]
    doubts: tuple[Doubt, ...]
    attached: bool  # the mail points to an attachment for its content
    unchanged: bool


def read(message: InboundMessage, index: int, knowledge: Knowledge, desk: Desk, names_on_file: NamesOnFile) -> Reading:
    """Read one message. A name on file is recognised where the mail writes it; it never fills a field by itself."""
    written_on = _day(message.date)
    language = message.language
    body = scan(message.body, index, language, knowledge, written_on)
    spans = [_content(message.body, s) for s in message.body.segments if s.role in (Role.NEW, Role.FORWARDED)]
    if not message.body.segments:
        spans = [(0, len(message.body.text))]
    blocks = [Block(scan=body, units=lay_out(body, spans))]
    other = None if message.alternative is None else scan(message.alternative, index, language, knowledge, written_on)
    for attachment in message.attachments:
        if attachment.part is not None and not attachment.decoy and not _is_old_paper(attachment.filename):
            marks = scan(attachment.part, index, language, knowledge, written_on)
            blocks.append(Block(scan=marks, units=lay_out(marks, [(0, len(marks.text))])))
    subject_scan = scan(message.subject, index, language, knowledge, written_on)
    is_reply = bool(_REPLY_PREFIX.match(message.subject.text)) or message.in_reply_to is not None
    subject = Block(scan=subject_scan, units=_subject_units(subject_scan))
    asked = find_answers(body, message.body.segments, blocks[0].units)
    senders = _senders(message, desk, knowledge)
    persons = [p for b in blocks for p in find_persons(b.scan, b.units, senders, knowledge)]
    persons += _answered_persons(body, blocks[0].units, asked, senders, knowledge)
    signature, passed_on = _signatures(message.body)
    persons = [*persons, *_forwarders(message.body, body, senders, knowledge)]
    name = _sender_name(message, body, blocks, signature, persons, knowledge)
    doubts: list[Doubt] = []
    lines, line_doubts, floating, dropped = _lines(blocks, subject, is_reply and index > 0, asked, doubts)
    doubts += line_doubts
    sites = _sites(blocks, subject, message, doubts)
    if other is not None:
        doubts += _alternative_doubts(body, other)
    sens = _merged([(s, b.scan) for b in (*blocks, subject) for s in _bare_sens(b) if _readable(b, s)])
    addresses = [a for b in blocks for a in find_addresses(b.scan, b.units, signature, knowledge.gazetteers)]
    addresses += _answered_addresses(body, blocks[0].units, asked, knowledge)
    addresses = [_seen_by_reseller(a, message.body) for a in addresses]
    company = reseller_company(
        [(b.scan, b.units) for b in blocks],
        (body, signature or _tail(body, _own_spans(message.body))),
        name.value if name else None,
        message.sender.email if message.sender else "",
        knowledge,
    )
    theirs = [p.email.value for p in persons if p.theirs and p.email]
    on_file = names_on_file([s.value for s in sites], [s.value for s in sens])
    customer = customer_company(
        [(b.scan, b.units) for b in (*blocks, subject)],
        [s.value for s in sites],
        theirs,
        list(dict.fromkeys(on_file.values())),
        company.value if company else None,
        knowledge,
    )
    if customer is None and passed_on:
        author = next((s.sender for s in message.body.segments if s.role is Role.FORWARDED and s.sender), None)
        name_of, email_of = (author.name, author.email) if author else (None, "")
        customer = reseller_company([], (body, passed_on), name_of, email_of, knowledge)
    companies = {} if len(sites) < 2 else _companies(blocks, sites, on_file, knowledge)
    topics = [t for b in blocks[:1] for t in find_topics(b.scan, b.units)]
    if not is_reply:
        topics += [t for t in find_topics(subject.scan, subject.units) if t.value not in {x.value for x in topics}]
    return Reading(
        index=index,
        message=message,
        is_reply=is_reply,
        blocks=tuple(blocks),
        subject=subject,
        cues=_cues(blocks, subject, is_reply and index > 0),
        sites=sites,
        sens=sens,
        lines=tuple(lines),
        floating=floating,
        dropped=frozenset(dropped),
        persons=tuple(persons),
        sender_name=name,
        sender_company=company,
        customer_company=customer,
        companies=companies,
        addresses=tuple(addresses),
        terms=find_terms([(b.scan, b.units) for b in (*blocks, subject)]),
        topics=tuple(topics),
        doubts=tuple(doubts),
        attached=any(
            h.tag == "cues.attached" for u in blocks[0].units for h in body.within(u.start, u.end, "cues.attached")
        ),
        unchanged=any(b.scan.within(u.start, u.end, "cues.unchanged") for b in blocks for u in b.units),
    )


def _alternative_doubts(body: Scan, other: Scan) -> list[Doubt]:
    """A text and an HTML part that say different things: nobody knows which of them the reseller saw."""
    for what, a, b in (
        ("site", {s.value for s in body.sites}, {s.value for s in other.sites}),
        ("sens", {s.value for s in body.sens}, {s.value for s in other.sens}),
        ("lines", {h.key for h in body.hits if h.tag == "product"}, {h.key for h in other.hits if h.tag == "product"}),
        ("lines", {n.value for n in body.numbers}, {n.value for n in other.numbers}),
    ):
        if a != b and (a or b):
            return [Doubt(reason=Reason.CONFLICTING_VALUES, path=what, note="text and HTML of the mail differ")]
    return []


def _companies(
    blocks: Sequence[Block], sites: Sequence[Extracted[str]], on_file: Mapping[str, str], knowledge: Knowledge
) -> dict[str, Extracted[str]]:
    """Return the customer of each of several sites, where the mail writes it."""
    scans = [(b.scan, ()) for b in blocks]
    found = {}
    for site in sites:
        known = [on_file[site.value]] if site.value in on_file else []
        company = customer_company(scans, [site.value], [], known, None, knowledge)
        if company is not None:
            found[site.value] = company
    return found


def _signatures(part: TextPart) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the writer's signatures, and those of people whose mails are passed on below."""
    own: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    below = False
    for segment in part.segments:
        below = below or segment.role is Role.FORWARDED
        if segment.role is Role.SIGNATURE:
            (others if below else own).append((segment.start, segment.end))
    return own, others


def _forwarders(part: TextPart, body: Scan, senders: Senders, knowledge: Knowledge) -> list[Person]:
    """Return the authors of forwarded mails, as far as they are not of the reseller's organisation."""
    out = []
    for segment in part.segments:
        author = segment.sender
        if segment.role is not Role.FORWARDED or author is None or senders.are(author.email.lower()):
            continue
        if senders.ignore(author.email.lower()):
            continue
        name = header_name(author.name, author.email, knowledge)
        evidence = (body.evidence(segment.start, min(segment.end, segment.start + 1)),)
        written = body.text.find(name, segment.start) if name else -1
        if name and written >= 0:
            evidence = (body.evidence(written, written + len(name)),)
        at = body.folded.find(author.email.lower(), segment.start)
        email = (body.evidence(at, at + len(author.email)),) if at >= 0 else evidence
        out.append(
            Person(
                Extracted(name, evidence) if name else None,
                Extracted(author.email.lower(), email),
                theirs=True,
                named=False,
                at=segment.start,
            )
        )
    return out


def _seen_by_reseller(address: OwnedAddress, part: TextPart) -> OwnedAddress:
    """In a mail that the customer wrote, "our" address is the customer's."""
    at = address.value.evidence[0]
    forwarded = any(s.role is Role.FORWARDED and s.start <= at.start < s.end for s in part.segments)
    if at.part == part.name and forwarded and address.owner != "customer":
        return OwnedAddress("customer", address.address, address.value)
    return address


def _day(date: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat((date or "")[:10])
    except ValueError:
        return dt.date(2000, 1, 1)


def _subject_units(marks: Scan) -> tuple[Unit, ...]:
    prefix = _REPLY_PREFIX.match(marks.text)
    start = prefix.end() if prefix else 0
    return (Unit(kind="sentence", start=start, end=len(marks.text)),) if marks.text.strip() else ()


def _is_old_paper(filename: str | None) -> bool:
    """Whether a file is an earlier quote or invoice of ours by its name (AT-12345678.pdf)."""
    return bool(
        filename and re.search(r"(?<![a-z])at-?\d{7,9}|invoice|rechnung|facture|factura", filename, re.IGNORECASE)
    )


def _senders(message: InboundMessage, desk: Desk, knowledge: Knowledge) -> Senders:
    email = message.sender.email.lower() if message.sender else ""
    domain = email.rpartition("@")[2]
    own = frozenset(a.lower() for a in (desk.address, *desk.aliases) if a)
    shared = not domain or domain in knowledge.gazetteers.free_mail
    return Senders(email, None if shared else domain, message.sender.name if message.sender else None, own)


def _lines(
    blocks: Sequence[Block], subject: Block, old_subject: bool, asked: Mapping[int, Asked], doubts: list[Doubt]
) -> tuple[list[RequestLine], list[Doubt], RequestLine | None, set[str]]:
    """Return the lines of body and files; the subject fills in or contradicts."""
    book = LineBook()
    products = {start: a.products for start, a in asked.items()}
    for block in blocks:
        book.read(block.scan, block.units, products if block.scan.part == "body" else None)
    dropped = set(book.dropped)
    lines, line_doubts, floating = book.finish()
    if old_subject:
        return lines, line_doubts, floating, dropped
    above = LineBook()
    above.read(subject.scan, subject.units)
    titled, _, loose = above.finish()
    if not lines:
        lines = [_filled(line, floating) for line in titled]
        return lines, line_doubts, None if titled else floating or loose, dropped
    for title in titled:
        same = next((x for x in lines if x.product and title.product and x.product.value == title.product.value), None)
        if same is None:
            continue
        for path, a, b in (("users", same.quantity, title.quantity), ("plan", same.plan, title.plan)):
            differs = a is not None and b is not None and a.value != b.value
            if differs and not (
                path == "users" and same.from_users and b and getattr(b.value, "count", 0) == same.from_users.value
            ):
                i = lines.index(same)
                evidence: tuple[Evidence, ...] = (*(a.evidence if a else ()), *(b.evidence if b else ()))
                line_doubts.append(
                    Doubt(
                        reason=Reason.CONFLICTING_VALUES,
                        path=f"lines[{i}].{path}",
                        evidence=evidence,
                        note="subject and body differ",
                    )
                )
        i = lines.index(same)
        lines[i] = _filled(same, title)
    if len(titled) == 1 and len(lines) == 1 and lines[0].product is None and lines[0].unknown is None:
        lines[0] = _filled(lines[0], titled[0])
    if loose is not None:
        lines = [_filled(line, loose) for line in lines]
    return lines, line_doubts, floating, dropped


def _filled(line: RequestLine, other: RequestLine | None) -> RequestLine:
    """Return the line with what it lacks taken from another statement of it."""
    if other is None:
        return line
    return RequestLine(
        product=line.product or (other.product if line.unknown is None else None),
        plan=line.plan or other.plan,
        quantity=line.quantity or other.quantity,
        from_users=line.from_users or other.from_users,
        from_plan=line.from_plan or other.from_plan,
        unknown=line.unknown or other.unknown,
        sen=line.sen or other.sen,
    )


def _sites(
    blocks: Sequence[Block], subject: Block, message: InboundMessage, doubts: list[Doubt]
) -> tuple[Extracted[str], ...]:
    body = _merged([(s, b.scan) for b in blocks[:1] for s in b.scan.sites if _readable(b, s)])
    files = _merged([(s, b.scan) for b in blocks[1:] for s in b.scan.sites])
    title = _merged([(s, subject.scan) for s in subject.scan.sites])
    if not body and not files:
        return title
    linked = _linked_elsewhere(blocks[0].scan, message.body, body)
    for link in linked:
        doubts.append(
            Doubt(
                reason=Reason.CONFLICTING_VALUES,
                path="site",
                evidence=link.evidence,
                note="a link leads to another site",
            )
        )
    for other in (files, title):
        first, second = {s.value for s in body or files}, {s.value for s in other}
        if body and second and not first & second and other is not body:
            evidence = tuple(e for s in (*body, *other) for e in s.evidence)
            doubts.append(
                Doubt(
                    reason=Reason.CONFLICTING_VALUES, path="site", evidence=evidence, note="two places name two sites"
                )
            )
    known = {s.value for s in body}
    return (*body, *(s for s in files if s.value not in known and not body))


def _linked_elsewhere(body: Scan, part: TextPart, sites: Sequence[Extracted[str]]) -> list[Extracted[str]]:
    """Return sites that links lead to while their text names another one."""
    out = []
    for link in part.links:
        target = re.search(r"//([a-z0-9-]+\.atlassian\.net)", link.target.lower())
        shown = [s for s in body.sites if link.start <= s.start < link.end]
        if target and shown and shown[0].value != target[1]:
            out.append(Extracted(target[1], (body.evidence(link.start, link.end),)))
    return out


def _merged(spans: Sequence[tuple[Span, Scan]]) -> tuple[Extracted[str], ...]:
    places: dict[str, list[Evidence]] = {}
    for span, marks in spans:
        places.setdefault(span.value, []).append(marks.evidence(span.start, span.end))
    return tuple(Extracted(value, tuple(evidence)) for value, evidence in places.items())


def _readable(block: Block, span: Span) -> bool:
    """Whether a place lies in what the sender newly wrote or passes on."""
    return any(u.start <= span.start < u.end for u in block.units)


def _bare_sens(block: Block) -> list[Span]:
    """SENs, and bare numbers in a column or pair that is labelled as SEN."""
    found = list(block.scan.sens)
    for unit in block.units:
        cells = [(c.start, c.end) for c in unit.cells if "sen" in c.tags]
        if unit.kind == "pair" and "sen" in unit.tags:
            cells.append((unit.value_start, unit.end))
        for start, end in cells:
            for m in re.finditer(r"(?<![\w-])(?:l?\d{7,8})(?!\w)", block.scan.folded[start:end]):
                span = Span(start + m.start(), start + m.end(), "SEN-" + m[0].upper())
                if not any(s.start <= span.start < s.end for s in found):
                    found.append(span)
    return sorted(found, key=lambda s: s.start)


def _cues(blocks: Sequence[Block], subject: Block, old_subject: bool) -> Cues:
    total = Cues()
    for block in (*blocks, *(() if old_subject else (subject,))):
        total = total + find_cues(block.scan, block.units)
    return total


def _content(part: TextPart, segment: Segment) -> tuple[int, int]:
    """Return a segment without the header block that a forwarded mail begins with."""
    if segment.role is Role.NEW or segment.sender is None:
        return segment.start, segment.end
    block = re.compile(r"(?:[ \t>-]*\n|[^\n]*\n){1,12}?[ \t>]*\n").match(part.text, segment.start, segment.end)
    email = part.text.lower().find(segment.sender.email.lower(), segment.start)
    while block is not None and block.end() <= email:
        block = re.compile(r"(?:[^\n]+\n)+[ \t>]*\n").match(part.text, block.end(), segment.end)
    return (block.end() if block else segment.start), segment.end


def _own_spans(part: TextPart) -> list[tuple[int, int]]:
    """Return what the sender newly wrote; all of a text without segments."""
    if not part.segments:
        return [(0, len(part.text))]
    return [(s.start, s.end) for s in part.segments if s.role is Role.NEW]


def _tail(body: Scan, spans: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The last lines of the new text, where a signature without any mark would be."""
    if not spans:
        return []
    start, end = spans[-1]
    lines = body.text[start:end].rstrip().splitlines(keepends=True)
    length = sum(map(len, lines[-5:])) if len(lines) > 3 else sum(map(len, lines[-2:])) if len(lines) > 1 else 0
    stop = start + len(body.text[start:end].rstrip())
    return [(max(start, stop - length), stop)]


def _sender_name(
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
    spans = [*signature, *_tail(body, _own_spans(message.body))]
    for start, end in spans:
        for m in re.finditer(r"[^\n|｜,，/]+", body.text[start:end]):
            if header is None or header in m[0]:
                name = name_at(body, start + m.start(), start + m.end(), knowledge)
                alone = name is not None and len(m[0].strip()) <= len(name.value) + 24
                if name is not None and alone and is_person(name.value, email, knowledge):
                    written.append(Extracted(name.value, (body.evidence(name.start, name.end),)))
    if header is None:
        return written[0] if written else None
    for own in written:
        if own.value == header or _same_person(own.value, header):
            return own
    at = (display or "").find(header)
    evidence = Evidence(
        message=body.message, part="header:from", start=max(at, 0), end=max(at, 0) + len(header), text=header
    )
    return Extracted(header, (evidence,))


def _same_person(name: str, header: str) -> bool:
    a, b = {w.casefold() for w in name.split()}, {w.casefold() for w in header.split()}
    native = not name.isascii() and header.isascii() and len(name) <= 6
    return bool(a & b) and len(a) >= len(b) or native


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


def _answered_persons(
    body: Scan, units: Sequence[Unit], asked: Mapping[int, Asked], senders: Senders, knowledge: Knowledge
) -> list[Person]:
    """Names given as the bare answer to a question for one."""
    out = []
    for unit in units:
        answer = asked.get(unit.start)
        if answer is None or not answer.tags & {
            "name",
            "contact",
            "billing_contact",
            "technical_contact",
            "site_admin",
        }:
            continue
        if any(unit.start <= e.start < unit.end for e in body.emails):
            continue
        name = name_at(body, unit.start, unit.end, knowledge)
        if name is not None:
            theirs = "reseller" not in answer.tags
            out.append(
                Person(Extracted(name.value, (body.evidence(name.start, name.end),)), None, theirs, True, unit.start)
            )
    return out


def _answered_addresses(
    body: Scan, units: Sequence[Unit], asked: Mapping[int, Asked], knowledge: Knowledge
) -> list[OwnedAddress]:
    out = []
    for unit in units:
        answer = asked.get(unit.start)
        if answer is not None and answer.tags & {"billing_address", "address"}:
            owner = "customer" if answer.tags & {"customer", "contact"} or answer.theirs else "reseller"
            found = address_in(body, unit.start, unit.end, owner, knowledge.gazetteers)
            if found is not None:
                out.append(found)
    return out
