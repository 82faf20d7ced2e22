"""Which mails make a case, set right by staff: two cases merged into one, or mails split off into a case of their own.

Either way the cases are decided anew from their mails and wait for a person; what staff had set in them is forgotten.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.domain.case import Case, InboxEntry, InboxState
from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.outgoing import OutboxState
from mailbot.ports import UnitOfWork
from mailbot.service.process import records_for
from mailbot.service.review import Settled, Workbench, as_read, event_of

MERGED, MERGED_INTO, SPLIT, SPLIT_FROM = "Merged", "MergedInto", "Split", "SplitFrom"


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
        if any(event.kind == MERGED_INTO for one in (other, case) for event in uow.cases.events(one.id)):
            raise InputError(f"{number} and {into}: one of them was merged into another case already")
        _refuse_leaving(uow, other)
        entries = sorted([*uow.inbox.of_case(case.id), *uow.inbox.of_case(other.id)], key=lambda entry: entry.id)
    outlook = _outlook(bench, entries)
    with bench.store.begin() as uow:
        now = bench.clock()
        merged = event_of(case, now, MERGED, actor, {"case": other.number})
        kept = uow.cases.amend(case, merged, now, outlook.decision)
        uow.cases.amend(other, event_of(other, now, MERGED_INTO, actor, {"case": case.number}), now)
        uow.reviews.close_for(other, now)
        uow.cases.absorb(kept, other)
        next_item = _wait(uow, uow.cases.get(case.id), outlook, bench)
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
        kept = uow.cases.amend(case, event_of(case, now, SPLIT, actor, {"mails": len(chosen)}), now, of_rest.decision)
        opened = uow.cases.split_off(kept, [entry.id for entry in chosen], now)
        begun = event_of(opened, now, SPLIT_FROM, actor, {"case": case.number})
        opened = uow.cases.amend(opened, begun, now, outlook.decision)
        uow.cases.append(event_of(kept, now, "Noted", actor, {"note": opened.number}))
        _wait(uow, kept, of_rest, bench)
        next_item = _wait(uow, opened, outlook, bench)
        uow.audit.append(at=now, actor=actor, kind=SPLIT, subject=case.number, data={"case": opened.number})
        uow.commit()
    return Settled(case_number=opened.number, settlement="split", next_item=next_item)


def _known(uow: UnitOfWork, number: str) -> Case:
    case = uow.cases.numbered(number)
    if case is None:
        raise InputError(f"{number}: there is no case of this number")
    return case


def _refuse_leaving(uow: UnitOfWork, case: Case) -> None:
    """A reply that leaves after its mails have gone elsewhere would answer nobody's case."""
    if any(entry.state in (OutboxState.READY, OutboxState.SENDING) for entry in uow.outbox.of_case(case.id)):
        raise StaleCase(f"{case.number}: a reply of it is about to leave; take it back first, or wait")


def _outlook(bench: Workbench, entries: Sequence[InboxEntry]) -> _Outlook:
    told = [entry for entry in entries if entry.raw and entry.state in (InboxState.DONE, InboxState.PARKED)]
    thread = [message for entry in told for message in as_read(entry, bench.understanding)]
    newest = (told or list(entries))[-1].id
    if not thread:
        return _Outlook(newest=newest, decision=None, note="its mails could not be read")
    try:
        decision = bench.understanding.decide(thread, records_for(bench.store))
    except InputError as error:
        return _Outlook(newest=newest, decision=None, note=str(error))
    return _Outlook(newest=newest, decision=decision)


def _wait(uow: UnitOfWork, case: Case, outlook: _Outlook, bench: Workbench) -> int:
    """Return the item by which the case waits, in the place of any other one."""
    if outlook.decision is not None:
        return uow.reviews.open(case, outlook.decision, outlook.newest, bench.clock())
    uow.reviews.close_for(case, bench.clock())
    return uow.reviews.open_for_case(case, outlook.note, outlook.newest, bench.clock())
