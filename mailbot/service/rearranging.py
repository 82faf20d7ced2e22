"""Which mails make a case, set right by staff: two cases merged into one, or mails split off into a case of their own.

Either way the cases are decided anew from their mails and wait for a person; what staff had set in them is forgotten.
Both can be taken back while nothing else has happened; then what was set, and who waited, is as before.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any

from mailbot.domain.case import Case, CaseEvent, InboxEntry, InboxState, Moved
from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import OutboxState
from mailbot.ports import UnitOfWork
from mailbot.service.process import records_for
from mailbot.service.review import Settled, Workbench, as_read, event_of
from mailbot.service.trail import (
    MERGE_UNDONE,
    MERGED,
    MERGED_INTO,
    SPLIT,
    SPLIT_FROM,
    SPLIT_INTO,
    SPLIT_UNDONE,
    corrections_of,
    last_act,
    merged_into,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Outlook:
    """What a case comes to with these mails: the decision, or why there is none, and the mail that shows it."""

    newest: int
    decision: Decision | None
    note: str = ""


def merge(bench: Workbench, number: str, into: str, *, actor: str) -> Settled:
    """The mails of the case belong to the other one from now on, and that waits for a person.

    Raises InputError for cases that cannot be merged, StaleCase when one has moved on or a reply is about to leave.
    """
    if number == into:
        raise InputError(f"{number}: a case is not merged with itself")
    with bench.store.begin() as uow:
        other, case = _known(uow, number), _known(uow, into)
        if any(merged_into(uow.cases.events(one.id)) for one in (other, case)):
            raise InputError(f"{number} and {into}: one of them was merged into another case already")
        _refuse_leaving(uow, other)
        entries = sorted([*uow.inbox.of_case(case.id), *uow.inbox.of_case(other.id)], key=lambda entry: entry.id)
    outlook = _outlook(bench, entries)
    with bench.store.begin() as uow:
        now = bench.clock()
        waited = [uow.reviews.close_for(one, now) for one in (case, other)]
        moved = uow.cases.absorb(case, other)
        told = {"case": other.number, "moved": asdict(moved), "versions": _grown(case, other), "waited": waited}
        kept = uow.cases.amend(case, event_of(case, now, MERGED, actor, told), now, outlook.decision)
        uow.cases.amend(other, event_of(other, now, MERGED_INTO, actor, {"case": case.number}), now)
        next_item = _wait(uow, uow.cases.get(kept.id), outlook, bench)
        uow.audit.append(at=now, actor=actor, kind=MERGED, subject=case.number, data={"case": other.number})
        uow.commit()
    return Settled(case_number=case.number, settlement="merged", next_item=next_item)


def split(bench: Workbench, number: str, mails: Sequence[int], *, actor: str) -> Settled:
    """These mails of the case, given by inbox entry, are a case of their own from now on; both wait for a person.

    Raises InputError when no mail is chosen or none would be left.
    """
    with bench.store.begin() as uow:
        case = _known(uow, number)
        entries = uow.inbox.of_case(case.id)
        _refuse_leaving(uow, case)
    chosen = [entry for entry in entries if entry.id in set(mails)]
    rest = [entry for entry in entries if entry not in chosen]
    if not chosen or not rest:
        raise InputError(f"{number}: choose some of its mails, not all and not none")
    outlook, of_rest = _outlook(bench, chosen), _outlook(bench, rest)
    with bench.store.begin() as uow:
        now = bench.clock()
        opened = uow.cases.split_off(case, [entry.id for entry in chosen], now)
        waited = [uow.reviews.close_for(case, now), False]
        told = {"mails": len(chosen), "case": opened.number, "versions": _grown(case, opened), "waited": waited}
        kept = uow.cases.amend(case, event_of(case, now, SPLIT, actor, told), now, of_rest.decision)
        begun = event_of(opened, now, SPLIT_FROM, actor, {"case": case.number})
        opened = uow.cases.amend(opened, begun, now, outlook.decision)
        uow.cases.append(event_of(kept, now, SPLIT_INTO, actor, {"case": opened.number}))
        _wait(uow, kept, of_rest, bench)
        next_item = _wait(uow, opened, outlook, bench)
        uow.audit.append(at=now, actor=actor, kind=SPLIT, subject=case.number, data={"case": opened.number})
        uow.commit()
    return Settled(case_number=opened.number, settlement="split", next_item=next_item)


def undo_merge(bench: Workbench, number: str, *, actor: str) -> Settled:
    """The case that was merged into this one last has its mails again, under its own number.

    Raises StaleCase when something has happened in one of them since, or a reply is about to leave.
    """
    with bench.store.begin() as uow:
        case, told = _last(uow, number, MERGED)
        other = _known(uow, str(told.get("case")))
        _refuse_moved(case, other, told)
        _refuse_leaving(uow, case)
        moved = Moved(**{name: tuple(values) for name, values in told["moved"].items()})
        entries = uow.inbox.of_case(case.id)
        set_before = [_set_before(uow, one) for one in (case, other)]
    gone = [entry for entry in entries if entry.id in moved.mails]
    stayed = [entry for entry in entries if entry.id not in moved.mails]
    outlooks = [_outlook(bench, mails, known) for mails, known in zip((stayed, gone), set_before, strict=True)]
    with bench.store.begin() as uow:
        now = bench.clock()
        uow.cases.give_back(case, other, moved)
        for one, named, outlook, waited in zip((case, other), (other, case), outlooks, told["waited"], strict=True):
            event = event_of(one, now, MERGE_UNDONE, actor, {"case": named.number})
            _as_before(uow, uow.cases.amend(one, event, now, outlook.decision), outlook, bench, waited=waited)
        uow.audit.append(at=now, actor=actor, kind=MERGE_UNDONE, subject=case.number, data={"case": other.number})
        uow.commit()
    return Settled(case_number=number, settlement="undone")


def undo_split(bench: Workbench, number: str, *, actor: str) -> Settled:
    """What was split off from the case last is part of it again.

    Raises StaleCase when something has happened in one of them since, or a reply is about to leave.
    """
    with bench.store.begin() as uow:
        case, told = _last(uow, number, SPLIT)
        opened = _known(uow, str(told.get("case")))
        _refuse_moved(case, opened, told)
        _refuse_leaving(uow, opened)
        entries = sorted([*uow.inbox.of_case(case.id), *uow.inbox.of_case(opened.id)], key=lambda entry: entry.id)
        known = _set_before(uow, case)
    outlook = _outlook(bench, entries, known)
    with bench.store.begin() as uow:
        now = bench.clock()
        uow.cases.absorb(case, opened)
        event = event_of(case, now, SPLIT_UNDONE, actor, {"case": opened.number})
        kept = uow.cases.amend(case, event, now, outlook.decision)
        uow.cases.amend(opened, event_of(opened, now, SPLIT_UNDONE, actor, {"into": case.number}), now)
        uow.reviews.close_for(opened, now)
        _as_before(uow, kept, outlook, bench, waited=told["waited"][0])
        uow.audit.append(at=now, actor=actor, kind=SPLIT_UNDONE, subject=case.number, data={"case": opened.number})
        uow.commit()
    return Settled(case_number=number, settlement="undone")


def _known(uow: UnitOfWork, number: str) -> Case:
    case = uow.cases.numbered(number)
    if case is None:
        raise InputError(f"{number}: there is no case of this number")
    return case


def _last(uow: UnitOfWork, number: str, kind: str) -> tuple[Case, dict[str, Any]]:
    """Return the case and what its last act wrote down; StaleCase when that is of another kind."""
    case = _known(uow, number)
    event = last_act(uow.cases.events(case.id))
    if event is None or event.kind != kind or "versions" not in event.data:
        raise StaleCase(f"{number}: something has happened in the case since; look again")
    return case, dict(event.data)


def _refuse_moved(case: Case, other: Case, told: Mapping[str, Any]) -> None:
    if [case.version, other.version] != list(told["versions"]):
        raise StaleCase(f"{case.number} and {other.number}: something has happened in one of them since; look again")


def _refuse_leaving(uow: UnitOfWork, case: Case) -> None:
    """A reply that leaves after its mails have gone elsewhere would answer nobody's case."""
    if any(entry.state in (OutboxState.READY, OutboxState.SENDING) for entry in uow.outbox.of_case(case.id)):
        raise StaleCase(f"{case.number}: a reply of it is about to leave; take it back first, or wait")


def _grown(*cases: Case) -> list[int]:
    return [case.version + 1 for case in cases]


def _set_before(uow: UnitOfWork, case: Case) -> Mapping[str, str]:
    """Return what staff had set in the case before its mails were rearranged."""
    events = uow.cases.events(case.id)
    undone = CaseEvent(case_id=case.id, at=case.opened_at, kind=MERGE_UNDONE, actor="")
    return corrections_of([*events, undone])


def _outlook(
    bench: Workbench, entries: Sequence[InboxEntry], corrections: Mapping[str, str] = MappingProxyType({})
) -> _Outlook:
    told = [entry for entry in entries if entry.raw and entry.state in (InboxState.DONE, InboxState.PARKED)]
    thread = [message for entry in told for message in as_read(entry, bench.understanding)]
    newest = (told or list(entries))[-1].id
    if not thread:
        return _Outlook(newest=newest, decision=None, note="its mails could not be read")
    try:
        decision = bench.understanding.decide(thread, records_for(bench.store), corrections)
    except InputError as error:
        return _Outlook(newest=newest, decision=None, note=str(error))
    return _Outlook(newest=newest, decision=decision)


def _wait(uow: UnitOfWork, case: Case, outlook: _Outlook, bench: Workbench) -> int:
    """Return the item by which the case waits, in the place of any other one."""
    if outlook.decision is not None:
        return uow.reviews.open(case, outlook.decision, outlook.newest, bench.clock())
    uow.reviews.close_for(case, bench.clock())
    return uow.reviews.open_for_case(case, outlook.note, outlook.newest, bench.clock())


def _as_before(uow: UnitOfWork, case: Case, outlook: _Outlook, bench: Workbench, *, waited: bool) -> None:
    """The case waits if it had waited before its mails were rearranged."""
    if waited:
        _wait(uow, case, outlook, bench)
    else:
        uow.reviews.close_for(case, bench.clock())
