"""Mails that the writer passes on: their words are the customer's."""

import re

from mailbot.domain.evidence import Extracted
from mailbot.domain.message import Role, Segment, TextPart
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import header_name
from mailbot.parsers.requests.addresses import OwnedAddress
from mailbot.parsers.requests.persons import Person, Senders
from mailbot.parsers.scan import Scan


def signatures(part: TextPart) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Return the writer's signatures, and those of people whose mails are passed on below."""
    own: list[tuple[int, int]] = []
    others: list[tuple[int, int]] = []
    below = False
    for segment in part.segments:
        below = below or segment.role is Role.FORWARDED
        if segment.role is Role.SIGNATURE:
            (others if below else own).append((segment.start, segment.end))
    return own, others


def forwarders(part: TextPart, body: Scan, senders: Senders, knowledge: Knowledge) -> list[Person]:
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


def seen_by_reseller(address: OwnedAddress, part: TextPart) -> OwnedAddress:
    """In a mail that the customer wrote, "our" address is the customer's."""
    at = address.value.evidence[0]
    forwarded = any(s.role is Role.FORWARDED and s.start <= at.start < s.end for s in part.segments)
    if at.part == part.name and forwarded and address.owner != "customer":
        return OwnedAddress("customer", address.address, address.value)
    return address


def content(part: TextPart, segment: Segment) -> tuple[int, int]:
    """Return a segment without the header block that a forwarded mail begins with."""
    if segment.role is Role.NEW or segment.sender is None:
        return segment.start, segment.end
    block = re.compile(r"(?:[ \t>-]*\n|[^\n]*\n){1,12}?[ \t>]*\n").match(part.text, segment.start, segment.end)
    email = part.text.lower().find(segment.sender.email.lower(), segment.start)
    while block is not None and block.end() <= email:
        block = re.compile(r"(?:[^\n]+\n)+[ \t>]*\n").match(part.text, block.end(), segment.end)
    return (block.end() if block else segment.start), segment.end
