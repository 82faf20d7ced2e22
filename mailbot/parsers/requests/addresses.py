"""Billing addresses of a mail: where each stands and whose it is."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.evidence import Extracted
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import Unit
from mailbot.parsers.legal import legal_forms
from mailbot.parsers.lexicon import Gazetteers
from mailbot.parsers.phrases import Hit
from mailbot.parsers.postal import PostalAddress, find_country, read_address
from mailbot.parsers.requests.block import Block
from mailbot.parsers.scan import Scan

_LEAD_IN = "as follows|folgende|la suivante|la siguiente|a seguinte|如下|下記|次の通り"
_VERB = re.compile(
    r"(?:(?!\n\s*\n)[^:：]){0,60}?"
    r"(?:[:：]|\b(?:is|are|lautet|ist|est|es|e|sera|would be|reads|se trouve|se encuentra|si trova|befindet sich)\b"
    r"|是|为|為|は|는|은)"
    rf"\s*(?:(?:{_LEAD_IN})(?:[^\n:：。.]{{0,10}}[:：。.\n])?)?[:：]?\s*"
)
_WRAPPED = re.compile(r"[ \t]*\n[ \t]*[^\s:：][^\n:：]*(?=\n|$)")  # a line that names nothing
_TAIL = re.compile(r"(?:です|となります|になります|でございます|입니다|이며|です。|。).*$", re.DOTALL)
_NOT_POSTAL = tuple(f"labels.{k}" for k in ("contact", "name", "email", "phone", "company", "customer", "reseller"))
_SAYS_MORE = (
    "cues.want", "cues.have", "cues.ours", "product", "counters.users", "labels.billing_address", "labels.address",
)  # fmt: skip
"""What no address that stands alone holds; a labelled one is read with its label."""
_PART = re.compile(r"[^\n\t／|｜;；]+")
_THEIRS = ("labels.customer", "cues.theirs", "cues.customer_intro", "labels.contact")
_OURS = ("labels.reseller", "cues.ours")


@dataclass(frozen=True, slots=True)
class OwnedAddress:
    """A billing address and whose it is: `reseller`, `customer` or None when nothing says so."""

    owner: str | None
    address: PostalAddress
    value: Extracted[str]


def find_addresses(
    scan: Scan, units: Sequence[Unit], signature: Sequence[tuple[int, int]], gazetteers: Gazetteers
) -> list[OwnedAddress]:
    """Return the billing addresses that the mail calls so, in order."""
    found: list[OwnedAddress] = []
    for before, unit in zip([None, *units], units, strict=False):
        found += list(_of_unit(scan, unit, signature, gazetteers)) or _elliptical(scan, before, unit, gazetteers)
    told = {a.owner for a in found}
    return found + [a for a in _in_blocks(scan, units, gazetteers) if a.owner not in told and None not in told]


def _in_blocks(scan: Scan, units: Sequence[Unit], gazetteers: Gazetteers) -> Iterator[OwnedAddress]:
    """Yield the addresses that stand unlabelled in a party's block, as a line or a part of its own.

    Such a block is no signature (policy section 2), and a party has one address there.
    """
    for unit in units:
        owner = next((t for t in ("customer", "reseller") if t in unit.tags), unit.section)
        heads = unit.kind == "pair" and unit.tags <= {"customer", "reseller", "company", "contact"}
        if owner not in ("customer", "reseller") or not (heads or unit.kind == "sentence"):
            continue
        start = unit.value_start if heads else unit.start
        for m in _PART.finditer(scan.text, start, unit.end):
            spoken = scan.within(m.start(), m.end(), *_SAYS_MORE)
            if "@" in m[0] or spoken or not re.search(r"\d", m[0]):
                continue
            address = address_in(scan, m.start(), m.end(), owner, gazetteers)
            if address is not None:
                yield address
                break


def _elliptical(scan: Scan, before: Unit | None, unit: Unit, gazetteers: Gazetteers) -> list[OwnedAddress]:
    """Return the address of a sentence that opens with whose it is ("Ours: ..") after one on billing addresses."""
    if before is None or not scan.within(before.start, before.end, "labels.billing_address"):
        return []
    for tag, owner in (("cues.ours", "reseller"), ("cues.theirs", "customer")):
        for hit in scan.within(unit.start, unit.end, tag):
            told = re.match(r"\s*(?::|(?:is|ist|est|es|e)\s)", scan.folded[hit.end : unit.end])
            if told and hit.start - unit.start <= 3:
                address = address_in(scan, hit.end + told.end(), unit.end, owner, gazetteers)
                return [address] if address else []
    return []


def address_in(scan: Scan, start: int, end: int, owner: str | None, gazetteers: Gazetteers) -> OwnedAddress | None:
    """Return the address that a stretch holds, cut at its end, or None."""
    text = scan.text[start:end]
    cut = _TAIL.sub("", text)
    if not re.search(r"[぀-鿿가-힯]", cut):
        cut = _up_to_country(cut, gazetteers)
    else:
        cut = _up_to_label(scan, start, cut, gazetteers)
    cut = re.sub(r"[\s(（]*$", "", cut)
    lead = len(cut) - len(cut.lstrip(" \t\n,:：-–"))
    company = re.compile(r"[^,，\n\d]+[,，\n]\s*").match(cut, lead)
    if (
        company
        and legal_forms(gazetteers.legal_forms).in_name(company[0])
        and read_address(cut[company.end() :], gazetteers)
    ):
        lead = company.end()
    address = read_address(cut[lead:], gazetteers)
    if address is None:
        return None
    evidence = scan.evidence(start + lead, start + len(cut))
    return OwnedAddress(owner, address, Extracted(address.text, (evidence,)))


def without_company(
    address: OwnedAddress, companies: Sequence[Extracted[str] | None], gazetteers: Gazetteers
) -> OwnedAddress:
    """Return the address without the company's name that stands before or behind it."""
    text = address.address.text
    for company in companies:
        at = fold(text).find(fold(company.value)) if company is not None else -1
        if company is None or at < 0 or text == company.value:
            continue
        rest = read_address(text[len(company.value) :] if at == 0 else text[:at].rstrip(" ,，(（"), gazetteers)
        if rest is not None:
            return OwnedAddress(address.owner, rest, Extracted(rest.text, address.value.evidence))
    return address


def owned(
    addresses: Sequence[OwnedAddress],
    blocks: Sequence[Block],
    reseller: Extracted[str] | None,
    customer: Extracted[str] | None,
) -> list[OwnedAddress]:
    """Return the addresses with the owner that their label names, and the last one left with the party left."""
    scans = {b.scan.part: b.scan for b in blocks}
    named = [_owner_by_name(a, scans, reseller, customer) for a in addresses]
    owners = [a.owner for a in named]
    left = {"reseller", "customer"} - set(owners)
    if owners.count(None) == 1 and len(left) == 1:
        named = [a if a.owner else replace(a, owner=min(left)) for a in named]
    return named


def _owner_by_name(
    address: OwnedAddress,
    scans: Mapping[str, Scan],
    reseller: Extracted[str] | None,
    customer: Extracted[str] | None,
) -> OwnedAddress:
    place = address.value.evidence[0]
    scan = scans.get(place.part)
    if scan is None:
        return address
    label = scan.folded[scan.folded.rfind("\n", 0, place.start) + 1 : place.start]
    label = re.split(r"[.;。；]\s", label)[-1]
    spoken = [o for o, c in (("reseller", reseller), ("customer", customer)) if c and fold(c.value) in label]
    return replace(address, owner=spoken[0]) if len(spoken) == 1 and len(label) < 80 else address


def _up_to_label(scan: Scan, start: int, text: str, gazetteers: Gazetteers) -> str:
    """Cut a CJK address at its sentence, and before the clause that names something else (a contact, a company)."""
    for m in re.finditer(r"\.\s+", text):
        if read_address(text[: m.start()], gazetteers):
            text = text[: m.start()]
            break
    for m in re.finditer(r"[,，;；、。]\s*", text):
        rest = text[m.end() :]
        labelled = any(h.tag in _NOT_POSTAL for h in scan.hits.starting(start + m.end(), start + m.end() + 1))
        if labelled or "@" in rest[:40] or legal_forms(gazetteers.legal_forms).in_name(re.split(r"[,，\n]", rest)[0]):
            return text[: m.start()]
    return text


def _up_to_country(text: str, gazetteers: Gazetteers) -> str:
    """Cut after the first sentence that names a country, and there after the country and its postcode."""
    for stop in [m.end() for m in re.finditer(r"[.;](?=\s+[A-ZÀ-Þ])|\n(?=[^\S\n]*\n)", text)] + [len(text)]:
        head = text[:stop]
        plain = " ".join(head.split())
        country = find_country(plain, gazetteers)
        if country is None:
            continue
        name = plain[country[1] : country[2]]
        if not name:
            zip_code = list(re.finditer(r"\b[A-Z]{2}\.?,?\s+(?:\d{5}(?:-\d{4})?|[A-Z]\d[A-Z]\s?\d[A-Z]\d)", head))
            return head[: zip_code[-1].end()] if zip_code else head
        last = head.rfind(name)
        follow = re.match(r"\s*+[,.]?\s*+\d{4,6}\b", head[last + len(name) :])
        return head[: last + len(name) + (follow.end() if follow else 0)] if last >= 0 else head
    return text


def _of_unit(
    scan: Scan, unit: Unit, signature: Sequence[tuple[int, int]], gazetteers: Gazetteers
) -> Iterator[OwnedAddress]:
    marks = list(scan.within(unit.start, unit.end, "labels.billing_address"))
    plain = unit.kind == "pair" and "address" in unit.tags and unit.section in ("reseller", "customer")
    if unit.kind == "pair" and ("billing_address" in unit.tags or plain):
        owner = _owner_of_pair(scan, unit)
        found = address_in(scan, unit.value_start, unit.end, owner, gazetteers)
        wrapped = _WRAPPED.match(scan.text, unit.end)
        if found is None and wrapped:
            found = address_in(scan, unit.value_start, wrapped.end(), owner, gazetteers)
        if found is not None:
            yield found
        left = unit.value_start if found is None else found.value.evidence[0].end
        marks = [h for h in marks if (h.start < left if found is None else h.start >= left)]
    for mark in marks:
        limit = unit.end if unit.kind != "sentence" else min(len(scan.text), unit.end + 160)
        later = [h.start for h in scan.hits.starting(mark.end + 1, limit) if h.tag == "labels.billing_address"]
        stop = min([limit, *later])
        stop = _paragraph_end(scan.text, mark.end, stop)
        owner = _owner(scan, unit, mark)
        if scan.within(unit.start, unit.end, "cues.in_signature"):
            signed = list(_from_signature(scan, signature, owner, gazetteers))
            yield from signed
            if signed:
                continue
        verb = _VERB.match(scan.folded, mark.end, stop)
        after = address_in(scan, verb.end(), stop, owner, gazetteers) if verb else None
        if after is None:
            after = address_in(scan, mark.end, stop, owner, gazetteers)
        before = None
        if after is None:
            begin = max(
                [unit.start, *(e.end for e in scan.emails.starting(unit.start, mark.start) if e.end <= mark.start)]
            )
            colon = max(scan.text.rfind(":", begin, mark.start), scan.text.rfind("：", begin, mark.start))
            before = address_in(scan, max(begin, colon + 1), mark.start, owner, gazetteers)
        chosen = after or before
        if chosen is not None:
            yield chosen


def _from_signature(
    scan: Scan, signature: Sequence[tuple[int, int]], owner: str | None, gazetteers: Gazetteers
) -> Iterator[OwnedAddress]:
    for start, end in signature:
        lines = [(m.start() + start, m.end() + start) for m in re.finditer(r"[^\n|]+", scan.text[start:end])]
        for first in range(len(lines)):
            for last in range(first, min(first + 4, len(lines))):
                found = address_in(scan, lines[first][0], lines[last][1], owner or "reseller", gazetteers)
                if found is not None and re.search(r"\d", scan.text[lines[first][0] : lines[first][1]]):
                    yield found
                    return


def _owner_of_pair(scan: Scan, unit: Unit) -> str | None:
    label = scan.within(unit.start, unit.value_start, *_THEIRS, *_OURS)
    return (
        _side(label)
        or (unit.section if unit.section in ("reseller", "customer") else None)
        or ("customer" if unit.section == "contact" else None)
    )


def _owner(scan: Scan, unit: Unit, mark: Hit) -> str | None:
    """Whose address a mark in prose speaks of: the nearest party named in the same clause, before or after it."""
    within = _side(scan.within(mark.start, mark.end, *_THEIRS, *_OURS))
    if within is not None:
        return within
    left = max(unit.start, mark.start - 40)
    near_before = list(scan.within(left, mark.start, *_THEIRS, *_OURS))
    near_before = [h for h in near_before if not re.search(r"[.,;，。；、]", scan.folded[h.end : mark.start])]
    if near_before:
        return _side(near_before[-1:])
    near_after = list(scan.within(mark.end, min(unit.end, mark.end + 30), *_THEIRS, *_OURS))
    near_after = [h for h in near_after if not re.search(r"[:：.,;，。]", scan.folded[mark.end : h.start])]
    if near_after:
        return _side(near_after[:1])
    inside = [h for h in scan.within(unit.start, unit.end, *_THEIRS, *_OURS) if h.end <= mark.start]
    return _side(inside[-1:]) or ("customer" if unit.section in ("customer", "contact") else unit.section)


def _side(hits: Sequence[Hit]) -> str | None:
    if not hits:
        return None
    sides = ["customer" if h.tag in _THEIRS else "reseller" for h in hits]
    return "customer" if "customer" in sides else "reseller"


def _paragraph_end(text: str, start: int, stop: int) -> int:
    """Return where a paragraph ends; one that ends in "as follows" goes on in the next."""
    blanks = re.compile(r"\n[ \t]*\n\s*").finditer(text, start, stop)
    for blank in blanks:
        if not re.search(rf"(?:{_LEAD_IN})[^\n]{{0,12}}$|[:：]$", text[start : blank.start()]):
            return blank.start()
    return stop
