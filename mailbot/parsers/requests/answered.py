"""Names and addresses given as the bare answer to our question."""

import re
from collections.abc import Mapping, Sequence

from mailbot.domain.evidence import Extracted
from mailbot.parsers.layout import Unit
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import name_at
from mailbot.parsers.requests.addresses import OwnedAddress, address_in, find_addresses
from mailbot.parsers.requests.answers import Asked
from mailbot.parsers.requests.persons import Person, Senders
from mailbot.parsers.scan import Scan


def answered_persons(
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
        if body.emails.starting(unit.start, unit.end):
            continue
        name = name_at(body, unit.start, unit.end, knowledge)
        if name is not None:
            theirs = "reseller" not in answer.tags
            out.append(
                Person(Extracted(name.value, (body.evidence(name.start, name.end),)), None, theirs, True, unit.start)
            )
    return out


def answered_addresses(
    body: Scan, units: Sequence[Unit], asked: Mapping[int, Asked], knowledge: Knowledge
) -> list[OwnedAddress]:
    out = []
    for unit in units:
        answer = asked.get(unit.start)
        if unit.kind == "pair":
            continue  # its own label says what it is
        if answer is not None and answer.tags & {"billing_address", "address"}:
            owner = "customer" if answer.tags & {"customer", "contact"} or answer.theirs else "reseller"
            marked = find_addresses(body, [unit], (), knowledge.gazetteers)
            if marked:  # found already, with the party that the sentence names
                out += [OwnedAddress(owner, a.address, a.value) for a in marked if a.owner is None]
                continue
            colon = re.compile(r"[^:：\d\n]{0,24}[:：]\s*").match(body.text, unit.start, unit.end)
            start = colon.end() if colon else unit.start
            found = address_in(body, start, unit.end, owner, knowledge.gazetteers)
            if found is not None:
                out.append(found)
    return out
