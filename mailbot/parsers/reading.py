"""One message read: everything that it states, before it is put together with the rest of its thread."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.evidence import Extracted
from mailbot.domain.message import Desk, InboundMessage, Role
from mailbot.domain.request import Doubt, RequestLine, Users
from mailbot.parsers.layout import Unit, lay_out
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.requests.addresses import OwnedAddress, find_addresses, owned, without_company
from mailbot.parsers.requests.answered import answered_addresses, answered_persons
from mailbot.parsers.requests.answers import asked_owner, find_answers
from mailbot.parsers.requests.block import Block
from mailbot.parsers.requests.companies import customer_company, reseller_company
from mailbot.parsers.requests.forwarded import content, forwarders, seen_by_reseller, signatures
from mailbot.parsers.requests.kinds import Cues, find_cues
from mailbot.parsers.requests.own_block import with_own_block
from mailbot.parsers.requests.persons import Person, find_persons
from mailbot.parsers.requests.places import alternative_doubts, find_sites, is_readable, merged, sens_in
from mailbot.parsers.requests.stated_lines import lines_of
from mailbot.parsers.requests.terms import Terms, find_terms
from mailbot.parsers.requests.topics import find_topics, hinted_topics
from mailbot.parsers.requests.writer import last_lines, own_spans, senders_of, writer_name
from mailbot.parsers.scan import Scan, scan

NamesOnFile = Callable[[Sequence[str], Sequence[str]], Mapping[str, str]]
"""Gives for sites and SENs the customer's name in the vendor's records, by site and by SEN."""


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
    takes_over: bool  # the writer says that the request is theirs from now on
    corrections: tuple[tuple[int, Extracted[int]], ...]  # "not 400 but 500", in a reply
    bare_numbers: tuple[Extracted[int], ...]  # of short sentences in a reply, without a word for users


def read(message: InboundMessage, index: int, knowledge: Knowledge, desk: Desk, names_on_file: NamesOnFile) -> Reading:
    """Read one message. A name on file is recognised where the mail writes it; it never fills a field by itself."""
    written_on = _day(message.date)
    language = message.language
    body = scan(message.body, index, language, knowledge, written_on)
    spans = [content(message.body, s) for s in message.body.segments if s.role in (Role.NEW, Role.FORWARDED)]
    if not message.body.segments:
        spans = [(0, len(message.body.text))]
    blocks = [Block(scan=body, units=with_own_block(body, lay_out(body, spans), message.sender))]
    other = None if message.alternative is None else scan(message.alternative, index, language, knowledge, written_on)
    for attachment in message.attachments:
        if attachment.part is not None and not attachment.decoy and not _is_old_paper(attachment.filename):
            marks = scan(attachment.part, index, language, knowledge, written_on)
            laid = lay_out(marks, [(0, len(marks.text))])
            blocks.append(Block(scan=marks, units=with_own_block(marks, laid, message.sender)))
    subject_scan = scan(message.subject, index, language, knowledge, written_on)
    is_reply = bool(knowledge.reply_prefix.match(message.subject.text)) or message.in_reply_to is not None
    subject = Block(scan=subject_scan, units=_subject_units(subject_scan, knowledge))
    asked = find_answers(body, message.body.segments, blocks[0].units)
    senders = senders_of(message, desk, knowledge)
    persons = [p for b in blocks for p in find_persons(b.scan, b.units, senders, knowledge)]
    persons += answered_persons(body, blocks[0].units, asked, senders, knowledge)
    signature, passed_on = signatures(message.body)
    persons = [*persons, *forwarders(message.body, body, senders, knowledge)]
    name = writer_name(message, body, blocks, signature, persons, knowledge)
    doubts: list[Doubt] = []
    lines, line_doubts, floating, dropped = lines_of(blocks, subject, is_reply and index > 0, asked, doubts)
    doubts += line_doubts
    sites = find_sites(blocks, subject, message, doubts)
    if other is not None:
        doubts += alternative_doubts(body, other)
    sens = merged([(s, b.scan) for b in (*blocks, subject) for s in sens_in(b) if is_readable(b, s)])
    addresses = [a for b in blocks for a in find_addresses(b.scan, b.units, signature, knowledge.gazetteers)]
    below = lay_out(body, signature)
    labelled = [u for u in below if u.kind == "pair" and "billing_address" in u.tags]
    addresses += [
        replace(a, owner=a.owner or "reseller") for a in find_addresses(body, labelled, signature, knowledge.gazetteers)
    ]
    addresses += answered_addresses(body, blocks[0].units, asked, knowledge)
    owner = asked_owner(body, message.body.segments)
    addresses = [replace(a, owner=a.owner or owner) for a in addresses]
    addresses = [seen_by_reseller(a, message.body) for a in addresses]
    company = reseller_company(
        [(b.scan, b.units) for b in blocks],
        (body, signature or last_lines(body, own_spans(message.body))),
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
        [*(p.name.value for p in persons if p.name), name.value if name else ""],
    )
    addresses = [without_company(a, (company, customer), knowledge.gazetteers) for a in addresses]
    addresses = owned(addresses, blocks, company, customer)
    if customer is None and passed_on:
        author = next((s.sender for s in message.body.segments if s.role is Role.FORWARDED and s.sender), None)
        name_of, email_of = (author.name, author.email) if author else (None, "")
        customer = reseller_company([], (body, passed_on), name_of, email_of, knowledge)
    companies = {} if len(sites) < 2 else _companies(blocks, sites, on_file, knowledge)
    topics = [t for b in blocks[:1] for t in find_topics(b.scan, b.units)]
    if not is_reply:
        topics += [t for t in find_topics(subject.scan, subject.units) if t.value not in {x.value for x in topics}]
    if index == 0 and not (sites or sens or theirs or message.attachments or _has_counts(lines, floating)):
        topics += hinted_topics(body, blocks[0].units, topics)
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
        takes_over=any(body.within(u.start, u.end, "cues.takes_over") for u in blocks[0].units),
        corrections=_corrections(blocks[0]) if is_reply else (),
        bare_numbers=_bare_numbers(blocks[0]) if is_reply else (),
        unchanged=any(b.scan.within(u.start, u.end, "cues.unchanged") for b in blocks for u in b.units),
    )


def _has_counts(lines: Sequence[RequestLine], floating: RequestLine | None) -> bool:
    """Whether counts or plans are told; "a person" alone is no count."""
    loose = floating is not None and floating.quantity is not None and floating.quantity.value != Users(1)
    return loose or any(line.quantity or line.plan for line in lines)


def _bare_numbers(body: Block) -> tuple[Extracted[int], ...]:
    found = []
    for unit in body.units:
        inside = [n for n in body.scan.numbers.starting(unit.start, unit.end) if n.end <= unit.end]
        named = body.scan.within(unit.start, unit.end, "product")  # it counts that product's users
        if unit.kind == "sentence" and len(inside) == 1 and unit.end - unit.start <= 60 and not named:
            number = inside[0]
            found.append(Extracted(number.value, (body.scan.evidence(number.start, number.end),)))
    return tuple(found)


def _corrections(body: Block) -> tuple[tuple[int, Extracted[int]], ...]:
    """Return what a reply corrects without naming a product: the number refused, and the one told instead."""
    scan, found = body.scan, []
    for unit in body.units:
        numbers = [n for n in scan.numbers.starting(unit.start, unit.end) if not n.spelled]
        if unit.kind != "sentence" or len(numbers) != 2 or scan.within(unit.start, unit.end, "product"):
            continue
        old, new = numbers
        refused = scan.within(unit.start, old.start, "cues.not", "cues.instead_before")
        if any(0 <= old.start - cue.end <= 1 for cue in refused):
            found.append((old.value, Extracted(new.value, (scan.evidence(new.start, new.end),))))
    return tuple(found)


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


def _day(date: str | None) -> dt.date:
    try:
        return dt.date.fromisoformat((date or "")[:10])
    except ValueError:
        return dt.date(2000, 1, 1)


def _subject_units(marks: Scan, knowledge: Knowledge) -> tuple[Unit, ...]:
    prefix = knowledge.reply_prefix.match(marks.text)
    start = prefix.end() if prefix else 0
    return (Unit(kind="sentence", start=start, end=len(marks.text)),) if marks.text.strip() else ()


def _is_old_paper(filename: str | None) -> bool:
    """Whether a file is an earlier quote or invoice of ours by its name (AT-12345678.pdf)."""
    return bool(
        filename and re.search(r"(?<![a-z])at-?\d{7,9}|invoice|rechnung|facture|factura", filename, re.IGNORECASE)
    )


def _cues(blocks: Sequence[Block], subject: Block, old_subject: bool) -> Cues:
    total = Cues()
    for block in (*blocks, *(() if old_subject else (subject,))):
        total = total + find_cues(block.scan, block.units)
    return total
