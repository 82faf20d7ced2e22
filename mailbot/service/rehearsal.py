"""What an act of staff would come to: decided and rendered, nothing stored or sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from mailbot.domain.case import Case, ReviewItem
from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import InputError, StaleCase
from mailbot.domain.message import InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.service.process import read_thread
from mailbot.service.replying import REPLY_TO_ACTION
from mailbot.service.review import CaseFile, Workbench, approved, decide_again, open_file

PREVIEW_ID = "<preview@localhost>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """An open item as it stands, and what would be sent if it were released now; `trouble` says why nothing would."""

    item: ReviewItem
    case: Case
    thread: Sequence[InboundMessage]
    corrections: Mapping[str, str]
    decision: Decision | None
    reply: OutgoingMessage | None = None
    trouble: str = ""


def rehearse(bench: Workbench, item_id: int, changes: Mapping[str, str] = MappingProxyType({})) -> Rehearsal:
    """Return what `approve`, or `correct` with these changes, would come to.

    Raises StaleCase when the item is settled, InputError when there is none or a change cannot be.
    """
    file = open_file(bench, item_id)
    if not file.thread:
        return _rehearsal(file, None, trouble="its mail could not be read")
    decision = decide_again(bench, file, changes)
    try:
        released = decision if changes else approved(file.item, decision, bench.clock().date())
        return _rehearsal(file, released if released.quote else decision, reply=_reply(bench, file, released))
    except (InputError, StaleCase) as error:
        return _rehearsal(file, decision, trouble=str(error).partition(": ")[2] or str(error))


def read_case(bench: Workbench, case_id: int) -> Sequence[InboundMessage]:
    """Return the mails of a case that persons wrote, oldest first, as decisions count them."""
    with bench.store.begin() as uow:
        raws = list(uow.cases.messages(uow.cases.get(case_id)))
    return read_thread(raws, bench.understanding)


def _reply(bench: Workbench, file: CaseFile, decision: Decision) -> OutgoingMessage | None:
    kind = REPLY_TO_ACTION.get(decision.action)
    if decision.action is Action.REVIEW:
        kind = ReplyKind.QUOTE if decision.quote else None
    if kind is None or not file.thread or file.thread[-1].sender is None:
        return None
    quote = decision.quote and replace(decision.quote, number=file.case.number, revision=file.case.revision + 1)
    return bench.render(
        decision=decision,
        newest=file.thread[-1],
        case_number=file.case.number,
        kind=kind,
        message_id=PREVIEW_ID,
        at=bench.clock(),
        quote=quote if kind is ReplyKind.QUOTE else None,
    )


def _rehearsal(
    file: CaseFile, decision: Decision | None, *, reply: OutgoingMessage | None = None, trouble: str = ""
) -> Rehearsal:
    return Rehearsal(
        item=file.item,
        case=file.case,
        thread=file.thread,
        corrections=file.corrections,
        decision=decision,
        reply=reply,
        trouble=trouble,
    )
