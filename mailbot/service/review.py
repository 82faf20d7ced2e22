"""What staff do with a case that waits for them. Each act holds once: the second one hears who did what before."""

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from mailbot.domain.case import Case, CaseEvent, InboxEntry, InboxState, ReviewItem
from mailbot.domain.decision import Action, Decision, Gravity
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.message import InboundMessage
from mailbot.domain.outgoing import ReplyKind
from mailbot.ports import Clock, ReplyRenderer, Store, Understanding, UnitOfWork
from mailbot.service.changes import says_the_same
from mailbot.service.process import read_thread, records_for
from mailbot.service.replying import REPLY_TO_ACTION, Reply, new_message_id, others, post, write
from mailbot.service.trail import ActOnItem, corrections_of

ASKED_FOR = re.compile(
    r"requests\[\d+\]\.(reseller\.(name|billing_address)|customer\.(name|email|billing_address)"
    r"|authorized_contact\.(name|email)|site|lines\[\d+\]\.(product|plan|users)|target_end_date)"
)
"""The fields that resellers are asked for (policy section 2), by their paths."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What staff's acts need: `domain` as in ProcessOptions; replies leave after `hold`, so that they can be undone.

    `render_words` writes the same words without documents, for looks ahead; without it `render` serves for both.
    """

    store: Store
    understanding: Understanding
    render: ReplyRenderer
    clock: Clock
    domain: str
    hold: dt.timedelta = dt.timedelta()
    render_words: ReplyRenderer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What an act came to; `reply` None when nothing is sent, `next_item` when the case waits again."""

    case_number: str
    settlement: str
    reply: ReplyKind | None = None
    next_item: int | None = None


def approve(bench: Workbench, item_id: int, *, actor: str, words: str = "") -> Settled:
    """What waits as a draft, or was held back, goes out as it is, or in these words; documents stay as they are.

    It is decided again first: raises StaleCase when the case has moved on or the draft has expired, and InputError
    when there is nothing that could be sent.
    """
    file = open_file(bench, item_id)
    today = decide_again(bench, file)
    decision = approved(file.item, today, bench.clock().date())
    kind = ReplyKind.QUOTE if decision.action is Action.REVIEW else REPLY_TO_ACTION[decision.action]
    return _settle(
        bench,
        file,
        _Act(
            settlement="approved",
            event="Approved",
            kind=kind,
            decides=True,
            text=words.strip(),
            data={"edited": True} if words.strip() else None,
        ),
        decision,
        actor=actor,
    )


def ask(bench: Workbench, item_id: int, fields: Sequence[str], *, actor: str) -> Settled:
    """The desk asks for these fields, and for what else is missing, in the mail's language.

    Raises InputError when no field is named, or one that resellers are not asked for (`ASKED_FOR`).
    """
    file = open_file(bench, item_id)
    decision = asking(decide_again(bench, file), fields)
    act = _Act(settlement="asked", event="Asked", kind=ReplyKind.ASK, decides=True, data={"fields": list(fields)})
    return _settle(bench, file, act, decision, actor=actor)


def asking(decision: Decision, fields: Sequence[str]) -> Decision:
    """Return the decision that asks for these fields, by paths with their request, and all that is missing."""
    unknown = [path for path in fields if not ASKED_FOR.fullmatch(path)]
    if unknown:
        raise InputError(f"{unknown[0]}: resellers are not asked for this field")
    requests = tuple(
        replace(request, missing=tuple(dict.fromkeys([*request.missing, *_of_request(fields, number)])))
        for number, request in enumerate(decision.requests)
    )
    if not any(request.missing for request in requests):
        raise InputError("choose at least one field to ask for")
    return replace(decision, action=Action.ASK, requests=requests, quote=None)


def _of_request(fields: Sequence[str], number: int) -> list[str]:
    start = f"requests[{number}]."
    return [path.removeprefix(start) for path in fields if path.startswith(start)]


def correct(
    bench: Workbench,
    item_id: int,
    changes: Mapping[str, str],
    *,
    actor: str,
    waits: Callable[[Decision], bool] = lambda decision: decision.action is Action.REVIEW,
) -> Settled:
    """The values are set by their paths (contract), and the case goes on as its mails had said so.

    What `waits` says of the new decision waits for staff again. Raises InputError for a path or a value that cannot be.
    """
    file = open_file(bench, item_id)
    if not changes:
        raise InputError("nothing to correct; give values as path=value, for example lines[0].users=50")
    decision = decide_again(bench, file, changes)
    again = waits(decision)
    kind = None if again else REPLY_TO_ACTION.get(decision.action)
    act = _Act(settlement="corrected", event="Corrected", kind=kind, decides=True, data={"values": dict(changes)})
    return _settle(bench, file, act, decision, actor=actor, opens_again=again)


def answer(bench: Workbench, item_id: int, text: str, *, actor: str) -> Settled:
    """The text goes out as a reply in the case's thread."""
    act = _Act(settlement="answered", event="Answered", kind=ReplyKind.STAFF, text=_some(text))
    file = open_file(bench, item_id)
    return _settle(bench, file, act, _for_words(file), actor=actor)


def answer_topics(bench: Workbench, item_id: int, topics: Sequence[str], *, actor: str) -> Settled:
    """The desk's own words on these topics (policy section 7) go out, in the mail's language.

    Raises InputError when none is named.
    """
    if not topics:
        raise InputError("choose at least one topic to answer")
    file = open_file(bench, item_id)
    decision = replace(_for_words(file), action=Action.ANSWER, topics=tuple(topics), quote=None)
    act = _Act(settlement="answered", event="Answered", kind=ReplyKind.ANSWER, data={"topics": list(topics)})
    return _settle(bench, file, act, decision, actor=actor)


def decline(bench: Workbench, item_id: int, text: str, *, actor: str) -> Settled:
    """The request is declined with this text."""
    act = _Act(settlement="declined", event="Declined", kind=ReplyKind.DECLINE, text=_some(text))
    file = open_file(bench, item_id)
    return _settle(bench, file, act, _for_words(file), actor=actor)


def not_a_request(bench: Workbench, item_id: int, note: str, *, actor: str) -> Settled:
    """Nothing is sent; the note says why."""
    with bench.store.begin() as uow:
        item = open_item(uow, item_id)
        case, now = uow.cases.get(item.case_id), bench.clock()
        act = ActOnItem(item=item.id, version=case.version + 1, set_aside=uow.outbox.set_aside(case.id, now))
        uow.cases.amend(case, event_of(case, now, "Noted", actor, {"note": note, **act.as_data()}), now)
        uow.reviews.settle(item.id, by=actor, settlement="not_a_request", note=note, at=now)
        uow.audit.append(at=now, actor=actor, kind="NotARequest", subject=case.number)
        uow.commit()
    return Settled(case_number=case.number, settlement="not_a_request")


def hand_back(
    bench: Workbench, item_id: int, *, actor: str, refuse: Callable[[Decision], None] = lambda decision: None
) -> Settled:
    """What staff have set in the case is forgotten, and the machine goes on with what the mails say.

    Raises InputError when the machine would only hand it to staff again; `refuse` may raise for other decisions.
    """
    file = open_file(bench, item_id)
    decision = decide_again(bench, replace(file, corrections={}))
    refuse(decision)
    if decision.action is Action.REVIEW:
        raise InputError(f"item {item_id}: the machine would ask for a person again ({', '.join(decision.reasons)})")
    kind = REPLY_TO_ACTION.get(decision.action)
    act = _Act(settlement="handed_back", event="HandedBack", kind=kind, decides=True)
    return _settle(bench, file, act, decision, actor=actor)


def note(bench: Workbench, case_id: int, text: str, *, actor: str) -> None:
    """The case's record has a note of staff; resellers never see it."""
    with bench.store.begin() as uow:
        case, now = uow.cases.get(case_id), bench.clock()
        uow.cases.append(event_of(case, now, "Noted", actor, {"note": _some(text)}))
        uow.audit.append(at=now, actor=actor, kind="Noted", subject=case.number)
        uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFile:
    """An open item with its case as it was read, and the case's mails that persons wrote.

    `mails` are the inbox entries of the thread, one for each; `parked` those that the machine could not process.
    """

    item: ReviewItem
    case: Case
    thread: Sequence[InboundMessage]
    corrections: Mapping[str, str]
    mails: Sequence[int] = ()
    parked: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Act:
    """What is done with an item. `kind` None sends nothing; `decides`: the decision becomes the case's state."""

    settlement: str
    event: str
    kind: ReplyKind | None
    text: str = ""
    decides: bool = False
    data: Mapping[str, object] | None = None


def open_file(bench: Workbench, item_id: int) -> CaseFile:
    with bench.store.begin() as uow:
        item = open_item(uow, item_id)
        case = uow.cases.get(item.case_id)
        corrections = corrections_of(uow.cases.events(case.id))
        entries = [entry for entry in uow.inbox.of_case(case.id) if entry.raw]
        shown = uow.inbox.get(item.inbox_id)
    told = [entry for entry in entries if entry.state in (InboxState.DONE, InboxState.PARKED)]
    if not told and shown is not None and shown.raw:
        told = [shown]
    read = [(entry, message) for entry in told for message in as_read(entry, bench.understanding)]
    return CaseFile(
        item=item,
        case=case,
        thread=[message for _, message in read],
        corrections=corrections,
        mails=[entry.id for entry, _ in read],
        parked=[entry.id for entry, _ in read if entry.state is InboxState.PARKED],
    )


def as_read(entry: InboxEntry, understanding: Understanding) -> Sequence[InboundMessage]:
    """Return the mail if a person wrote it; nothing of what was parked because it cannot be read."""
    try:
        return read_thread([entry.raw], understanding)
    except Exception:
        if entry.state is InboxState.DONE:
            raise
        return ()


def open_item(uow: UnitOfWork, item_id: int) -> ReviewItem:
    item = uow.reviews.get(item_id)
    if item is None:
        raise InputError(f"item {item_id}: there is none of this number; see what waits with `mailbot review list`")
    if item.settled_at is not None:
        raise StaleCase(
            f"item {item_id}: {item.settlement} by {item.settled_by} on {item.settled_at:%Y-%m-%d at %H:%M} UTC already"
        )
    return item


def decide_again(bench: Workbench, file: CaseFile, changes: Mapping[str, str] | None = None) -> Decision:
    if not file.thread:
        raise InputError(f"item {file.item.id}: its mail could not be read; answer it, or mark it as not a request")
    corrections = {**file.corrections, **(changes or {})}
    return bench.understanding.decide(file.thread, records_for(bench.store), corrections)


def approved(item: ReviewItem, today: Decision, day: dt.date) -> Decision:
    """Return the decision that may go out: today's, with the figures that waited if they did."""
    if today.action in (Action.QUOTE, Action.ASK, Action.ANSWER) and (
        item.decision is None or item.decision.quote is None
    ):
        return today
    draft = item.decision.quote if item.decision else today.quote
    if draft is None or today.action is Action.IGNORE:
        raise InputError(f"item {item.id}: there is nothing to approve; correct it, answer it or decline it")
    authorised = today.quote is not None and all(f.gravity is Gravity.PERSON for f in today.findings)
    moved = item.decision is not None and not says_the_same(item.decision.requests, today.requests)
    if not authorised or moved:
        reasons = ", ".join(today.reasons) or today.action.value
        raise StaleCase(f"item {item.id}: the case has moved on since the draft was made ({reasons}); look again")
    if draft.valid_until < day:
        raise StaleCase(f"item {item.id}: the draft was valid until {draft.valid_until}; correct it to get a new one")
    return replace(today, quote=draft)


def _for_words(file: CaseFile) -> Decision:
    """Return the decision beside which staff's own words are rendered."""
    language = file.thread[-1].language if file.thread else file.case.language
    return file.item.decision or Decision(action=Action.REVIEW, language=language)


def _settle(
    bench: Workbench, file: CaseFile, act: _Act, decision: Decision, *, actor: str, opens_again: bool = False
) -> Settled:
    """Record the act, queue its reply and settle the item in one commit."""
    with bench.store.begin() as uow:
        item, now = open_item(uow, file.item.id), bench.clock()
        message_id = None if act.kind is None else new_message_id(file.case, act.kind, bench.domain)
        done = ActOnItem(
            item=item.id,
            version=file.case.version + 1,
            message_id=message_id,
            set_aside=() if opens_again else uow.outbox.set_aside(file.case.id, now),
            opens_again=opens_again,
        )
        event = event_of(file.case, now, act.event, actor, {**(act.data or {}), **done.as_data()})
        case = uow.cases.amend(file.case, event, now, decision if act.decides else None)
        uow.reviews.settle(item.id, by=actor, settlement=act.settlement, note=act.text, at=now)
        uow.audit.append(at=now, actor=actor, kind=act.event, subject=case.number, data=act.data or {})
        if act.kind is not None and message_id is not None:
            newest = _answerable(file)
            reply = Reply(
                kind=act.kind,
                case=case,
                decision=decision,
                newest=newest,
                staff_text=act.text,
                message_id=message_id,
                cc=others(case, newest),
            )
            post(*write(reply, uow, bench.render, now), case, uow, now + bench.hold)
            uow.inbox.mark_answered(file.parked)
        next_item = uow.reviews.open(case, decision, item.inbox_id, now) if opens_again else None
        uow.commit()
    return Settled(case_number=case.number, settlement=act.settlement, reply=act.kind, next_item=next_item)


def _answerable(file: CaseFile) -> InboundMessage:
    if not file.thread or file.thread[-1].sender is None:
        raise InputError(f"item {file.item.id}: there is no address to answer to; mark it as not a request")
    return file.thread[-1]


def event_of(case: Case, at: dt.datetime, kind: str, actor: str, data: Mapping[str, object]) -> CaseEvent:
    return CaseEvent(case_id=case.id, at=at, kind=kind, actor=actor, data=data)


def _some(text: str) -> str:
    if not text.strip():
        raise InputError("there is no text; write some words first")
    return text.strip()
