"""Persons that a mail names: who is meant as the customer's contact, and who writes."""

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from mailbot.domain.evidence import Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import ROLES, Unit
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import is_person, name_at, name_before, spelled_like
from mailbot.parsers.requests.company_form import CJK
from mailbot.parsers.scan import Scan, Span

ROLE_TAGS = tuple(f"labels.{r}" for r in ROLES)
_GAP_LIMIT = 64
_COPULA = re.compile(r"\s?,?\s(?:is|ist|est|es|e|sera|will be|wird|heisst|lautet|jest)\s")
_OPEN = re.compile(r"[\s:：,，、(（<\[\-–—|/'\"“”‘’]|是|为|為|叫|は|が|の|と|은|는|이|가|인|로")


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the customer's side (`theirs`) or the reseller's; `named` when a role word introduced them."""

    name: Extracted[str] | None
    email: Extracted[str] | None
    theirs: bool
    named: bool
    at: int


@dataclass(frozen=True, slots=True)
class Senders:
    """Whose addresses are the reseller's own: the writer's and those of the writer's organisation."""

    email: str
    domain: str | None  # None for free-mail domains
    person: str | None  # the full name in the From header, None when a role or company writes
    desk: frozenset[str]

    def are(self, email: str) -> bool:
        """Whether an address is the reseller's."""
        return email == self.email or (self.domain is not None and email.rpartition("@")[2] == self.domain)

    def ignore(self, email: str) -> bool:
        """Whether an address is our own and says nothing."""
        return email in self.desk


def find_persons(scan: Scan, units: Sequence[Unit], senders: Senders, knowledge: Knowledge) -> list[Person]:
    """Return the persons of these units in order, names and addresses of one person joined."""
    found: list[Person] = []
    for unit in units:
        if unit.kind == "pair":
            found += _of_pair(scan, unit, senders, knowledge)
        elif unit.kind == "row":
            found += _of_row(scan, unit, senders, knowledge)
        elif unit.kind == "sentence":
            found += _of_sentence(scan, unit, senders, knowledge)
    return _joined(found)


def _of_pair(scan: Scan, unit: Unit, senders: Senders, knowledge: Knowledge) -> Iterator[Person]:
    tags, start, end = unit.tags, unit.value_start, unit.end
    emails = [e for e in scan.emails.starting(start, end) if not senders.ignore(e.value)]
    role = bool(tags & {*ROLES})
    ours_label = "reseller" in tags or (unit.section == "reseller" and not tags & {*ROLES[1:], "customer"})
    theirs_label = not ours_label and (role or "customer" in tags)
    if not (role or tags & {"name", "email", "customer", "reseller"}):
        if emails:
            yield from _of_sentence(scan, unit, senders, knowledge)
        return
    section_theirs = unit.section in ("contact", "customer")
    if not emails:
        if tags & {"billing_address", "address", "company"}:
            return
        if tags <= {"customer", "reseller", "company", "site"}:
            first = re.compile(r"[^,，;|/(（\n]+[,，;|/(（]").match(scan.text, start, end)
            person = first and is_person(first[0][:-1].strip(), senders.email, knowledge)
            person = person and not scan.within(start, end, "product", "counters.users")
            name = name_at(scan, start, end, knowledge) if person else _behind_company(scan, start, end, knowledge)
            if name is not None:
                yield _person(scan, name, None, theirs="reseller" not in tags, named=False)
            return
        if tags & {"email"} and not tags & {"name"} and not role:
            return
        name = name_at(scan, start, end, knowledge) or _after_roles(scan, start, end, knowledge)
        if name is not None:
            by_block = ours_label and "reseller" not in tags
            theirs = theirs_label or (section_theirs and not ours_label)
            known = senders.person is not None and name.value != senders.person
            theirs = theirs or (by_block and role and known)
            if theirs or ours_label or unit.section == "reseller" or "name" in tags:
                yield _person(
                    scan, name, None, theirs or (unit.section is None and "name" in tags and not ours_label), role
                )
        return
    for i, email in enumerate(emails):
        left = emails[i - 1].end if i else start
        right = emails[i + 1].start if i + 1 < len(emails) else end
        name = _beside(scan, left, email, knowledge) or _after_address(scan, email, right, knowledge)
        theirs = not senders.are(email.value) and "reseller" not in tags
        if name is None and tags & {"name"} and not i:
            name = name_at(scan, start, end, knowledge)
        if name is None and not i:
            name = name_before(scan, unit.start, start, knowledge)
        name = name or spelled_like(scan, left, right, email.value, knowledge)
        yield _person(scan, name, email, theirs, role or section_theirs or bool(tags & {"customer"}))


def _behind_company(scan: Scan, start: int, end: int, knowledge: Knowledge) -> Span | None:
    """Return the person of a value that names a company too ("日の出水産株式会社　米倉 篤 様", "X，联系人苏婉清")."""
    named = _after_roles(scan, start, end, knowledge, anywhere=True)
    if named is not None:
        return named
    honoured = re.compile(r"[^\n]*[　 ／/](?=[^\n]{2,12}?\s?(?:様|さま|님|先生|女士|小姐)\s*$)").match(
        scan.text, start, end
    )
    if honoured is None or not CJK.search(honoured[0]):
        return None
    return name_before(scan, start, end, knowledge)


def _beside(scan: Scan, start: int, email: Span, knowledge: Knowledge) -> Span | None:
    """Return the name that goes with an address: of two, the one that the address is made of, else the first."""
    first = name_at(scan, start, email.start, knowledge)
    last = name_before(scan, start, email.start, knowledge)
    if first is None or last is None or first.start == last.start:
        return first or last
    local = email.value.partition("@")[0]
    fits = [sum(w in local for w in fold(n.value).split() if len(w) > 1) for n in (first, last)]
    return last if fits[1] > fits[0] else first


def _of_row(scan: Scan, unit: Unit, senders: Senders, knowledge: Knowledge) -> Iterator[Person]:
    emails = [e for e in scan.emails.starting(unit.start, unit.end) if not senders.ignore(e.value)]
    name: Span | None = None
    role = False
    for cell in unit.cells:
        if cell.tags & {*ROLES, "name"} and name is None:
            name = name_at(scan, cell.start, cell.end, knowledge)
            role = True
    if name is None and emails:
        for cell in unit.cells:
            name = name or name_at(scan, cell.start, cell.end, knowledge)
    for email in emails[:1]:
        yield _person(scan, name, email, not senders.are(email.value), role)
    if not emails and name is not None and role:
        yield _person(scan, name, None, theirs=True, named=True)


def _of_sentence(scan: Scan, unit: Unit, senders: Senders, knowledge: Knowledge) -> Iterator[Person]:
    emails = [e for e in scan.emails.starting(unit.start, unit.end) if not senders.ignore(e.value)]
    roles = scan.within(unit.start, unit.end, *ROLE_TAGS)
    near_role = functools.cache(lambda hit: _near_role(scan, hit.start, hit.end, unit, knowledge))
    left = unit.start
    for i, email in enumerate(emails):
        right = emails[i + 1].start if i + 1 < len(emails) else unit.end
        begin = max(left, email.start - 160)
        role = [r for r in roles if begin <= r.start]
        name = _close_before(scan, begin, email.start, knowledge)
        name = name or _after_address(scan, email, right, knowledge)
        for hit in reversed(role):
            name = name or near_role(hit)
        name = name or spelled_like(scan, begin, right, email.value, knowledge)
        if name is None:
            name = _previous_line(scan, unit, email, knowledge)
        yield _person(scan, name, email, not senders.are(email.value), bool(role))
        left = email.end
    if not emails and not roles and scan.within(unit.start, unit.end, "labels.customer", "cues.theirs"):
        name = _honoured(scan, unit, knowledge)
        if name is not None:
            yield _person(scan, name, None, theirs=True, named=True)
    elif not emails and not roles and unit.section == "contact":
        name = name_at(scan, unit.start, unit.end, knowledge)
        if name is not None and len(scan.text[name.end : unit.end].strip(" .,様님")) <= 2:
            yield _person(scan, name, None, theirs=True, named=True)
    if not emails:
        for role_hit in roles:
            name = near_role(role_hit)
            if name is not None:
                yield _person(scan, name, None, theirs=True, named=True)
                return


def _honoured(scan: Scan, unit: Unit, knowledge: Knowledge) -> Span | None:
    """Return the full name that an honorific follows, in languages that put it there (秦海燕女士)."""
    for word in {h for x in scan.lexicons for h in x.honorifics_after if len(h) > 1 or h == "様"}:
        at = scan.text.find(word, unit.start, unit.end)
        name = name_before(scan, max(unit.start, at - 8), at, knowledge) if at > 0 else None
        if name is not None and name.end == at:
            return name
    return None


def _close_before(scan: Scan, start: int, end: int, knowledge: Knowledge) -> Span | None:
    """Return the last name before an address, unless other words of weight stand between."""
    name = name_before(scan, start, end, knowledge)
    if name is None or end - name.end > _GAP_LIMIT:
        return None
    return name


def _after_address(scan: Scan, email: Span, end: int, knowledge: Knowledge) -> Span | None:
    m = re.compile(r"[>\s]{0,2}[(（\[,，\-–—:]\s?").match(scan.text, email.end, end)
    if m is None:
        return None
    return name_at(scan, m.end(), end, knowledge)


def _near_role(scan: Scan, start: int, end: int, unit: Unit, knowledge: Knowledge) -> Span | None:
    """Return the name that a role word introduces ("their admin, X", "contact is X") or follows ("X is the ..")."""
    limit = min(unit.end, end + 56)
    position = end
    while position < limit:
        latin = not re.match(r"[぀-ヿ㐀-鿿가-힯]", scan.text[position])
        if (
            position == end
            or _OPEN.match(scan.text, position - 1)
            or _OPEN.search(scan.text, max(end, position - 1), position)
        ):
            name = name_at(scan, position, unit.end, knowledge)
            if name is not None and name.start - position <= 2:
                return _after_copula(scan, name, unit.end, knowledge) or name
        step = re.compile(r"[^\W\d_]+|.", re.DOTALL).match(scan.text, position)
        position = step.end() if latin and step else position + 1
    before = name_before(scan, max(unit.start, start - 48), start, knowledge)
    if before is not None and re.fullmatch(r"[^.!?。\n]{0,32}|[ \t]*\n[ \t]*", scan.text[before.end : start]):
        return before
    return None


def _after_copula(scan: Scan, organisation: Span, end: int, knowledge: Knowledge) -> Span | None:
    """Return the person when what looked like a name was the customer's ("the contact at North Mill is Jo Day")."""
    copula = _COPULA.match(scan.folded, organisation.end, end)
    return name_at(scan, copula.end(), end, knowledge) if copula else None


def _after_roles(scan: Scan, start: int, end: int, knowledge: Knowledge, *, anywhere: bool = False) -> Span | None:
    """Return the name after role words that begin a value ("billing contact Hannah Doyle"), or stand in it."""
    roles = scan.within(start, end, *ROLE_TAGS)
    if roles and (anywhere or roles[0].start - start <= 4):
        return name_at(scan, roles[0].end, end, knowledge)
    return None


def _previous_line(scan: Scan, unit: Unit, email: Span, knowledge: Knowledge) -> Span | None:
    """Return a name that stands alone on the line above an address that stands alone."""
    line = scan.text.rfind("\n", 0, email.start)
    if line < 0 or scan.text[line : email.start].strip(" \n\t<(-*") or line < unit.start - 1:
        return None
    above = scan.text.rfind("\n", 0, line) + 1
    return name_at(scan, above, line, knowledge)


def _person(scan: Scan, name: Span | None, email: Span | None, theirs: bool, named: bool) -> Person:
    at = min(s.start for s in (name, email) if s is not None) if name or email else 0
    return Person(_value(scan, name), _value(scan, email), theirs, named, at)


def _value(scan: Scan, span: Span | None) -> Extracted[str] | None:
    return None if span is None else Extracted(span.value, (scan.evidence(span.start, span.end),))


def _joined(persons: Sequence[Person]) -> list[Person]:
    """Join a name without an address and the address without a name that follows it on the same side."""
    out: list[Person] = []
    for person in persons:
        last = out[-1] if out else None
        if last is not None and last.theirs == person.theirs:
            if last.email is None and person.name is None and person.email is not None:
                out[-1] = Person(last.name, person.email, last.theirs, last.named or person.named, last.at)
                continue
            same = last.name and person.name and last.name.value == person.name.value
            if same and (last.email is None or person.email is None):
                out[-1] = Person(
                    last.name, last.email or person.email, last.theirs, last.named or person.named, last.at
                )
                continue
            if last.name is None and person.email is None and person.name is not None and person.at - last.at < 120:
                out[-1] = Person(person.name, last.email, last.theirs, last.named or person.named, last.at)
                continue
        out.append(person)
    return out
