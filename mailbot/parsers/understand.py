"""From the messages of a thread to what is asked: the newest statement of a field wins (policy section 8)."""

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.evidence import FROM_HEADER, Evidence, Extracted
from mailbot.domain.message import Authentication, Desk, InboundMessage
from mailbot.domain.request import (
    AuthorizedContact,
    Customer,
    Doubt,
    Inquiry,
    Kind,
    Reason,
    Request,
    RequestLine,
    Reseller,
)
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.merging import merge_lines
from mailbot.parsers.reading import NamesOnFile, Reading, read
from mailbot.parsers.requests.addresses import OwnedAddress, without_company
from mailbot.parsers.requests.kinds import Cues, decide_kind
from mailbot.parsers.requests.persons import Person
from mailbot.parsers.requests.topics import HOW_TOPICS, asks_how
from mailbot.parsers.splitting import split_by_site

_TURNS = re.compile("[\u202d\u202e]")  # overrides; right-to-left scripts need the other direction marks


def understand(
    messages: Sequence[InboundMessage],
    knowledge: Knowledge,
    desk: Desk,
    names_on_file: NamesOnFile = lambda sites, sens: {},
) -> Inquiry:
    """Return what a thread asks after its last message; messages oldest first, at least one.

    `names_on_file` gives the customer's name in the vendor's records for sites and SENs: where a mail writes it, it
    is recognised as the customer's company. It never fills in what the mail does not say.
    """
    readings = [read(m, i, knowledge, desk, names_on_file) for i, m in enumerate(messages) if m.automatic is None]
    newest = messages[-1]
    silent = Inquiry(
        language=newest.language,
        sender_unauthenticated=any(m.authentication is Authentication.FAILED for m in messages),
        reply_to_mismatch=any(_answers_elsewhere(m) for m in messages),
    )
    if not readings:
        return silent
    last = readings[-1]
    requests = _requests(readings, knowledge)
    topics = _topics(last, requests)
    asks_anew = len(readings) == 1 or _changes(last) or not topics
    return replace(silent, requests=requests, topics=topics, wants_quote=asks_anew)


def _topics(reading: Reading, requests: Sequence[Request]) -> tuple[Extracted[str], ...]:
    """Return what the newest mail asks about; how to get self-managed products is told by their own topic."""
    self_managed = bool(requests) and all(r.kind in (Kind.DATA_CENTER, Kind.SERVER) for r in requests)
    asked = [t for t in reading.topics if not (self_managed and t.value in HOW_TOPICS)]
    if any(r.kind is Kind.CO_TERM and (r.site or r.sens) for r in requests):  # "can you align .. ?" is the request
        asked = [t for t in asked if t.value != "co_term" or asks_how(t.evidence[0].text)]
    return tuple(asked)


def _changes(reading: Reading) -> bool:
    """Whether a later mail states anything that completes or changes the request."""
    stated = (reading.lines, reading.floating, reading.sites, reading.sens, reading.addresses, reading.persons)
    return any(stated) or bool(reading.terms.targets) or bool(reading.dropped)


def _requests(readings: Sequence[Reading], knowledge: Knowledge) -> tuple[Request, ...]:
    first = next((r for r in readings if r.sites), None)
    if first is not None and len(first.sites) > 1 and not any(d.path == "site" for d in first.doubts):
        parts = (_request(part, knowledge, several=True) for part in split_by_site(first, readings))
        return tuple(p for p in parts if p is not None)
    request = _request(readings, knowledge, several=False)
    return () if request is None else (request,)


def _request(readings: Sequence[Reading], knowledge: Knowledge, *, several: bool) -> Request | None:
    sites = [r.sites[0] for r in readings if r.sites]
    sens = _sens(readings)
    self_managed = sum(r.cues.data_center + r.cues.server for r in readings)
    named = bool(sites or [s for s in sens if not (self_managed and s.value.startswith("SEN-L"))])
    lines, line_doubts = merge_lines(readings)
    companies = [c for r in readings for c in (r.sender_company, r.customer_company)]
    addresses = [without_company(a, companies, knowledge.gazetteers) for r in readings for a in r.addresses]
    kind = _kind(readings, named, lines, any(a.owner == "customer" for a in addresses))
    if kind is None:
        return None
    doubts = list(line_doubts)
    doubts += [d for r in readings for d in r.doubts if not d.path.startswith("lines")]
    if several:
        doubts.append(Doubt(reason=Reason.MULTIPLE_CUSTOMERS, note="the mail names more than one site"))
    contact, contact_doubts = _contact(readings)
    doubts += contact_doubts
    site = None if any(d.path == "site" for d in doubts) else (sites[-1] if sites else None)
    target, date_doubts = _target(readings, kind)
    doubts += date_doubts
    currency, currency_doubts = _currency(readings)
    doubts += currency_doubts
    doubts += _chain(readings)
    doubts += _unreadable(readings, lines)
    doubts += _foreign(readings[-1], knowledge)
    doubts += _turned(readings)
    new_site = kind is Kind.NEW_SITE
    months = next((r.terms.months for r in reversed(readings) if r.terms.months), None)
    return Request(
        kind=kind,
        reseller=_reseller(readings, addresses),
        customer=Customer(
            name=contact.name if new_site else None,
            email=contact.email if new_site else None,
            company=next((r.customer_company for r in readings if r.customer_company), None),
            billing_address=_address(addresses, "customer"),
        ),
        contact=AuthorizedContact() if new_site else AuthorizedContact(name=contact.name, email=contact.email),
        site=site,
        sens=sens,
        lines=tuple(lines) if kind.is_quoted else (),
        with_rest=kind is Kind.RENEWAL and _asked_for_all(readings),
        unchanged=any(r.unchanged for r in readings),
        excluded=_excluded(readings, lines),
        target_end_date=target,
        currency=currency,
        months=months,
        discount_claim=next((r.terms.discount_claim for r in readings if r.terms.discount_claim), None),
        doubts=tuple(doubts),
    )


def _kind(
    readings: Sequence[Reading], has_site: bool, lines: Sequence[RequestLine], customer_address: bool
) -> Kind | None:
    products = [x for x in lines if x.product or x.unknown or (x.sen and not x.sen.value.startswith("SEN-L"))]
    total = Cues()
    for reading in readings:
        total = total + reading.cues
    first = readings[0].cues if len(readings) > 1 else total
    for cues in (first, total):
        kind = decide_kind(cues, has_site=has_site, lines=products, customer_address=customer_address)
        if kind is not None and (cues is total or kind not in (Kind.EXISTING_SITE,)):
            break
    told = [x for x in products if x.quantity or x.plan or x.sen or not x.product]
    anchored = has_site or told or customer_address or any(r.attached and r.message.attachments for r in readings)
    asks_only = bool(readings[-1].topics) and not anchored
    if kind is not None and kind.is_quoted and asks_only:
        return None
    asked_for = total.quote or total.renewal or total.upgrade
    if kind in (Kind.DATA_CENTER, Kind.SERVER) and readings[-1].topics and not asked_for:
        return None
    return kind


def _asked_for_all(readings: Sequence[Reading]) -> bool:
    """Whether the first mail renews all there is, and later ones change some of it."""
    first, later = readings[0], readings[1:]
    names = first.lines or first.sens or first.floating
    return bool(first.cues.renewal and not names and any(r.lines for r in later))


def _excluded(readings: Sequence[Reading], lines: Sequence[RequestLine]) -> frozenset[str]:
    wanted = {line.product.value for line in lines if line.product}
    return frozenset(key for r in readings for key in r.dropped if key and key not in wanted)


def _sens(readings: Sequence[Reading]) -> tuple[Extracted[str], ...]:
    out: dict[str, Extracted[str]] = {}
    for reading in readings:
        for sen in reading.sens:
            out.setdefault(sen.value, sen)
    return tuple(out.values())


def _reseller(readings: Sequence[Reading], addresses: Sequence[OwnedAddress]) -> Reseller:
    writer = next((r for r in reversed(readings) if r.takes_over), readings[0])
    sender = writer.message.sender
    address = next((a for a in reversed(addresses) if a.owner == "reseller"), None)
    same = [r for r in readings if r.message.sender and sender and r.message.sender.email == sender.email]
    return Reseller(
        name=next((r.sender_name for r in same if r.sender_name), None),
        email=_from_header(writer) if sender else None,
        company=next((r.sender_company for r in same if r.sender_company), None),
        billing_address=address.value if address else None,
        country=address.address.country if address else None,
        region=address.address.region if address else None,
    )


def _from_header(reading: Reading) -> Extracted[str] | None:
    sender = reading.message.sender
    if sender is None:
        return None
    evidence = Evidence(message=reading.index, part=FROM_HEADER, start=0, end=len(sender.email), text=sender.email)
    return Extracted(sender.email, (evidence,))


def _address(addresses: Sequence[OwnedAddress], owner: str) -> Extracted[str] | None:
    return next((a.value for a in reversed(addresses) if a.owner == owner), None)


def _contact(readings: Sequence[Reading]) -> tuple[Person, list[Doubt]]:
    """Return the customer's person after all mails: the newest name and the newest address."""
    name: Extracted[str] | None = None
    email: Extracted[str] | None = None
    doubts: list[Doubt] = []
    for reading in readings:
        theirs = [p for p in reading.persons if p.theirs]
        if not theirs:
            continue
        best = max(theirs, key=lambda p: (p.email is not None, p.named, p.name is not None, -p.at))
        twice = [
            p for p in theirs if p.name and best.name and p.name.value == best.name.value and p.email and best.email
        ]
        other = [p for p in twice if p.email and best.email and p.email.value != best.email.value]
        if best.email is not None:
            if best.name is None and email is None and name is None:
                alone = [p for p in theirs if p.email is None and p.name is not None]
                name = alone[0].name if alone else None
            email = best.email
        same = [p.name for p in theirs if p.name and best.email and p.email and p.email.value == best.email.value]
        name = best.name or (same[0] if same else name)
        if other and other[0].email and best.email:
            evidence = (*best.email.evidence, *other[0].email.evidence)
            doubts.append(
                Doubt(
                    reason=Reason.CONFLICTING_VALUES,
                    path="authorized_contact.email",
                    evidence=evidence,
                    note="two addresses for one person",
                )
            )
            email = None
    return Person(name, email, True, True, 0), doubts


def _target(readings: Sequence[Reading], kind: Kind) -> tuple[Extracted[dt.date] | None, list[Doubt]]:
    """Return the co-term date; a date with two readings is reported unless one of them is past."""
    if kind is not Kind.CO_TERM:
        return None, []
    for reading in reversed(readings):
        candidates = reading.terms.targets
        if not candidates:
            continue
        mention, evidence = candidates[0]
        if len(mention.readings) == 1:
            return Extracted(mention.readings[0], (evidence,)), []
        return None, [
            Doubt(reason=Reason.AMBIGUOUS_DATE, path="target_end_date", evidence=(evidence,), note="day or month first")
        ]
    return None, []


def _currency(readings: Sequence[Reading]) -> tuple[Extracted[str] | None, list[Doubt]]:
    for reading in reversed(readings):
        named = reading.terms.currencies
        if len(named) == 1:
            return named[0], []
        if len(named) > 1:
            evidence = tuple(e for c in named for e in c.evidence)
            return None, [
                Doubt(reason=Reason.CONFLICTING_VALUES, path="currency", evidence=evidence, note="two currencies")
            ]
    return None, []


def _chain(readings: Sequence[Reading]) -> list[Doubt]:
    found = next((r.terms.two_tier for r in readings if r.terms.two_tier), None)
    return [Doubt(reason=Reason.TWO_TIER_RESALE, evidence=found.evidence)] if found else []


def _unreadable(readings: Sequence[Reading], lines: Sequence[RequestLine]) -> list[Doubt]:
    for reading in readings:
        broken = [a for a in reading.message.attachments if a.part is None and not a.decoy]
        if broken and (reading.attached or not lines):
            note = f"{broken[0].filename}: {broken[0].unreadable.value if broken[0].unreadable else 'unreadable'}"
            return [Doubt(reason=Reason.UNREADABLE_ATTACHMENT, note=note)]
    return []


def _foreign(reading: Reading, knowledge: Knowledge) -> list[Doubt]:
    """A language without a lexicon: names and numbers are read, but a person looks before a quote goes out."""
    language = reading.message.language
    if any(code.split("-")[0] == language.split("-")[0] for code in knowledge.lexicons):
        return []
    return [Doubt(reason=Reason.UNRECOGNISED, note=f"the mail is written in {language}, which has no lexicon")]


def _turned(readings: Sequence[Reading]) -> list[Doubt]:
    """Characters that turn the text round: a person sees 75 where 57 is written."""
    scans = [block.scan for reading in readings for block in (*reading.blocks, reading.subject)]
    found = next(((scan, match) for scan in scans if (match := _TURNS.search(scan.text))), None)
    if found is None:
        return []
    evidence = found[0].evidence(found[1].start(), found[1].end())
    note = "characters turn the direction of the text round: what is seen is not what is written"
    return [Doubt(reason=Reason.CONFLICTING_VALUES, evidence=(evidence,), note=note)]


def _answers_elsewhere(message: InboundMessage) -> bool:
    """Whether Reply-To is of another organisational domain than From (policy 3.2)."""
    sender = message.sender
    if sender is None:
        return False
    return any(_organisation(a.domain) != _organisation(sender.domain) for a in message.reply_to)


def _organisation(domain: str) -> str:
    """Return the organisational domain: the last two labels, three under a two-letter registry (co.uk, com.br)."""
    labels = domain.lower().split(".")
    second_level = (
        len(labels) > 2
        and len(labels[-1]) == 2
        and labels[-2] in ("co", "com", "ne", "or", "net", "org", "ac", "gov", "edu")
    )
    return ".".join(labels[-3:] if second_level else labels[-2:])
