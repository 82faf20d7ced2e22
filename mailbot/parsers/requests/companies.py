"""Companies: the reseller's, from introduction and signature; the customer's, from what the mail says of it."""

import re
from collections.abc import Sequence

from mailbot.domain.evidence import Extracted
from mailbot.parsers.layout import Unit
from mailbot.parsers.lexicon import Knowledge
from mailbot.parsers.people import is_person
from mailbot.parsers.requests.company_form import CJK, CJK_LEGAL, PHONE, clean, has_legal_form
from mailbot.parsers.requests.company_named import acting, introduced, legally_named, like_host, titled, written
from mailbot.parsers.requests.company_signed import self_introduced, signed
from mailbot.parsers.scan import Scan

_DEPARTMENT = re.compile(r"[ 　]\S*(?:팀|부|본부|과|部|課|课|室|组|組|科)\s*$")


def customer_company(
    scans: Sequence[tuple[Scan, Sequence[Unit]]],
    sites: Sequence[str],
    emails: Sequence[str],
    known: Sequence[str],
    not_this: str | None,
    knowledge: Knowledge,
    persons: Sequence[str] = (),
) -> Extracted[str] | None:
    """Return the customer's company as a mail writes it; `persons` are the names of persons in it.

    Looked for in this order: a pair that labels it, the name on file for the site (`known`), a name that is like
    the site or the contact's mail domain, and a name that "our customer" introduces.
    """
    for scan, units in scans:
        for unit in units:
            found = _labelled(scan, unit, "customer", knowledge)
            if found is not None and found.value != not_this:
                return found
    for scan, _ in scans:
        for name in known:
            found = written(scan, name, knowledge.gazetteers)
            if found is not None:
                return found
    for scan, _ in scans:
        for host in [*sites, *(e.rpartition("@")[2] for e in emails)]:
            found = like_host(scan, host, knowledge.gazetteers)
            if found is not None and found.value != not_this:
                return found
    for scan, units in scans[:1]:
        found = legally_named(scan, units, not_this, knowledge.gazetteers)
        if found is not None:
            return found
    for scan, units in scans:
        found = introduced(scan, units, knowledge)
        if found is not None and found.value != not_this:
            return found
    found = titled(scans, not_this, knowledge)
    others = [n for n in (*persons, not_this) if n]
    return found or next((a for s, units in scans[:1] if (a := acting(s, units, others, knowledge))), None)


def reseller_company(
    scans: Sequence[tuple[Scan, Sequence[Unit]]],
    signature: tuple[Scan, Sequence[tuple[int, int]]] | None,
    name: str | None,
    email: str,
    knowledge: Knowledge,
) -> Extracted[str] | None:
    """Return the reseller's company: labelled, introduced with the writer, or from the signature.

    A name with its legal form is preferred, then one that is like the sender's domain.
    """
    for scan, units in scans:
        for unit in units:
            found = _labelled(scan, unit, "reseller", knowledge)
            if found is not None:
                return found
    candidates: list[Extracted[str]] = []
    for scan, _ in scans[:1]:
        candidates += self_introduced(scan, name)
    if signature is not None:
        scan, spans = signature
        candidates += signed(scan, spans, name, email, knowledge)
    domain = email.rpartition("@")[2]
    for scan, _ in scans[:1]:
        found = like_host(scan, domain, knowledge.gazetteers)
        if found is not None and not is_person(found.value, email, knowledge):
            candidates.append(found)
    honorifics = tuple({h for x in knowledge.lexicons.values() for h in x.honorifics_after if not h.isascii()})
    candidates = [c for c in candidates if not c.value.endswith(honorifics)]  # nobody honours his own company
    theirs = [u for _, units in scans[:1] for u in units if u.kind == "pair" and "customer" in u.tags]
    candidates = [
        c for c in candidates if not any(u.start < e.end and e.start < u.end for e in c.evidence for u in theirs)
    ]
    legal = [c for c in candidates if has_legal_form(c.value, knowledge.gazetteers)]
    ranked = legal or candidates
    return ranked[0] if ranked else None


def _labelled(scan: Scan, unit: Unit, side: str, knowledge: Knowledge) -> Extracted[str] | None:
    if unit.kind != "pair":
        return None
    direct = side in unit.tags and not unit.tags & {
        "address",
        "email",
        "name",
        "contact",
        "phone",
        "billing_contact",
        "technical_contact",
        "site_admin",
        "reference",
        "price",
        "notes",
    }
    inside = "company" in unit.tags and (unit.section == side or side in unit.tags)
    if "name" in unit.tags and (unit.section == side or side in unit.tags):  # "Name: North Mill Ltd" in a party's block
        inside = inside or has_legal_form(scan.text[unit.value_start : unit.end], knowledge.gazetteers)
    if "billing_address" in unit.tags and (direct or inside):
        named = CJK_LEGAL.search(scan.text, unit.start, unit.value_start)
        return Extracted(named[0].strip("（( "), (scan.evidence(named.start(), named.end()),)) if named else None
    opens = scan.within(unit.value_start, min(unit.end, unit.value_start + 24), "product")
    if not (direct or inside) or any(p.start - unit.value_start <= 2 for p in opens):
        return None
    value = scan.text[unit.value_start : unit.end]
    m = _first_company(value, knowledge)
    if m is None:
        return None
    start = unit.value_start + m[0]
    text = _DEPARTMENT.sub("", scan.text[start : unit.value_start + m[1]])
    return Extracted(clean(text), (scan.evidence(start, start + len(text)),))


def _first_company(value: str, knowledge: Knowledge) -> tuple[int, int] | None:
    """Return where the company's name is in a label's value: the part before address, person or remark."""
    cjk = CJK_LEGAL.search(value)
    if cjk:
        return cjk.span()
    person = False
    for m in re.finditer(
        r"[^,，;；(（\n\t|、/<　]+(?:\([A-Za-z]{1,6}\)[^,，;；(（\n\t|、/<　]*)?"
        r"(?:,\s?(?:Inc|LLC|Ltd|S\.\s?A|S\.\s?L|S\.\s?A\.\s?de\s?C\.\s?V|GmbH|Co)\b[^,(;\n]*)?",
        value,
    ):
        text = m[0].strip(" -–—:：*")
        legal = has_legal_form(text, knowledge.gazetteers)
        if not text or "@" in text or (PHONE.search(text) and not re.search(r"[^\W\d]{3}", text)):
            continue
        if ".atlassian" in text or (
            is_person(text, "", knowledge) and not has_legal_form(text, knowledge.gazetteers) and CJK.search(text)
        ):
            continue
        following = re.split(r"[,，;|\n]", value[m.end() :].lstrip(" ,，;|/(（"))[0]
        beside = "@" in following or has_legal_form(following, knowledge.gazetteers)
        if beside and not legal and is_person(text, "", knowledge):
            person = True
            continue
        if person and not legal:
            return None
        lead = len(m[0]) - len(m[0].lstrip(" -–—:：*"))
        stop = re.split(r"\s(?:様|御中)|様$|御中|\s-\s|\s–\s| 귀하| 님", m[0][lead:])[0].rstrip(" 様*")
        return m.start() + lead, m.start() + lead + len(stop)
    return None
