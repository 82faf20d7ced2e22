"""The block of a form that bears the sender's own name and no party's: it tells of the reseller."""

from collections.abc import Sequence
from dataclasses import replace

from mailbot.domain.message import Address
from mailbot.parsers.fold import fold
from mailbot.parsers.layout import Unit
from mailbot.parsers.scan import Scan

_PARTIES = frozenset(("customer", "reseller"))


def with_own_block(scan: Scan, units: Sequence[Unit], sender: Address | None) -> tuple[Unit, ...]:
    """Return the units with the section `reseller` where a block of pairs names the sender and no party.

    A block is a paragraph of pairs ("Company: .. / Contact: .. / Billing address: .."). A party's word in any of its
    labels, or a section that an earlier heading opened, leaves it as it is.
    """
    own = _own_blocks(scan, units, sender)
    return tuple(replace(u, section="reseller") if u.kind == "pair" and u.paragraph in own else u for u in units)


def _own_blocks(scan: Scan, units: Sequence[Unit], sender: Address | None) -> set[int]:
    if sender is None:
        return set()
    blocks: dict[int, list[Unit]] = {}
    for unit in units:
        if unit.kind == "pair":
            blocks.setdefault(unit.paragraph, []).append(unit)
    names = {fold(n) for n in (sender.name, sender.email) if n}
    return {
        paragraph
        for paragraph, pairs in blocks.items()
        if not any(p.tags & _PARTIES or p.section in _PARTIES for p in pairs)
        and any(scan.folded[p.value_start : p.end].strip() in names for p in pairs)
    }
