"""The newest act in a case is taken back, whatever it was: one way for staff who have pressed the wrong key."""

from mailbot.domain.case import CaseEvent
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.revision import ACCEPTANCE_TAKEN_BACK, QUOTE_ACCEPTED
from mailbot.service import afterwards, rearranging
from mailbot.service.review import Settled, Workbench, event_of
from mailbot.service.trail import (
    ENDORSED,
    ENDORSEMENT_TAKEN_BACK,
    MERGED,
    MERGED_INTO,
    NOTE_TAKEN_BACK,
    NOTED,
    SPLIT,
    SPLIT_FROM,
    act_of,
    last_act,
)

_ONLY_TOLD = {NOTED: NOTE_TAKEN_BACK, ENDORSED: ENDORSEMENT_TAKEN_BACK, QUOTE_ACCEPTED: ACCEPTANCE_TAKEN_BACK}
"""Acts that are a word in the record and nothing else, with the word that takes them back."""


def undo_last(bench: Workbench, number: str, *, actor: str) -> Settled:
    """The case is as it was before its newest act.

    Raises InputError when there is no such case, StaleCase when nothing can be taken back any more: the reply has
    left, a mail has come, or somebody has acted since.
    """
    with bench.store.begin() as uow:
        case = uow.cases.numbered(number)
        if case is None:
            raise InputError(f"{number}: there is no case of this number")
        event = last_act(uow.cases.events(case.id))
    if event is None:
        raise StaleCase(f"{number}: there is nothing that could be taken back any more")
    act = act_of(event)
    if act is not None:
        return afterwards.undo(bench, act.item, actor=actor)
    if event.kind in (MERGED, MERGED_INTO):
        kept = number if event.kind == MERGED else str(event.data.get("case"))
        return rearranging.undo_merge(bench, kept, actor=actor)
    if event.kind in (SPLIT, SPLIT_FROM):
        kept = number if event.kind == SPLIT else str(event.data.get("case"))
        return rearranging.undo_split(bench, kept, actor=actor)
    return _take_back_word(bench, number, event, actor)


def _take_back_word(bench: Workbench, number: str, event: CaseEvent, actor: str) -> Settled:
    kind = _ONLY_TOLD[event.kind]
    told = {name: value for name, value in event.data.items() if name != "note"}
    with bench.store.begin() as uow:
        case, now = uow.cases.get(event.case_id), bench.clock()
        if last_act(uow.cases.events(case.id)) != event:
            raise StaleCase(f"{number}: somebody has acted in the case since; look again")
        uow.cases.append(event_of(case, now, kind, actor, {**told, "of": event.actor}))
        uow.audit.append(at=now, actor=actor, kind=kind, subject=number, data={"of": event.actor})
        uow.commit()
    return Settled(case_number=number, settlement="undone")
