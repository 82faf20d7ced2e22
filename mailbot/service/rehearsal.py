"""What an act of staff would come to: decided and written, nothing stored or sent."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import structlog

from mailbot.domain.case import Case, ReviewItem
from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import InputError, StaleCase, TransientError
from mailbot.domain.message import InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.ports import ReplyRenderer
from mailbot.service.replying import REPLY_TO_ACTION
from mailbot.service.review import CaseFile, Workbench, approved, decide_again, open_file

PREVIEW_ID = "<preview@localhost>"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """An open item as it stands, and what would be sent if it were released now; `trouble` says why nothing would.

    `mails` are the inbox entries of the thread: evidence counts by them.
    `decision` is None for what cannot be decided: an unreadable mail, or one too long to be understood.
    """

    item: ReviewItem
    case: Case
    thread: Sequence[InboundMessage]
    mails: Sequence[int]
    corrections: Mapping[str, str]
    decision: Decision | None
    reply: OutgoingMessage | None = None
    trouble: str = ""

    @property
    def words(self) -> str:
        """The reply's words above its foot (RFC 3676, section 4.3), which staff may edit."""
        return self.reply.text.partition("\n-- \n")[0].strip() if self.reply is not None else ""

    @property
    def reply_kind(self) -> ReplyKind | None:
        """What would be sent; None for nothing."""
        if self.trouble or self.decision is None or not self.thread or self.thread[-1].sender is None:
            return None
        if self.decision.action is Action.REVIEW:
            return ReplyKind.QUOTE if self.decision.quote else None
        return REPLY_TO_ACTION.get(self.decision.action)


def consider(bench: Workbench, item_id: int, changes: Mapping[str, str] = MappingProxyType({})) -> Rehearsal:
    """Return what `approve`, or `correct` with these changes, would decide; no reply is written.

    Raises StaleCase when the item is settled, InputError when there is none or a change cannot be.
    """
    file = open_file(bench, item_id)
    if not file.thread:
        return _rehearsal(file, None, trouble="its mail could not be read")
    try:
        decision = decide_again(bench, file, changes)
    except InputError as error:
        if changes:
            raise
        return _rehearsal(file, None, trouble=str(error))
    except TransientError:
        raise
    except Exception as error:  # the bug that parked the mail; staff must be able to open and close the case
        log.error("case_not_decided", case=file.case.number, error=type(error).__name__)
        return _rehearsal(file, None, trouble="the program failed at it; answer it, or mark it as not a request")
    try:
        return _rehearsal(file, decision if changes else approved(file.item, decision, bench.clock().date()))
    except (InputError, StaleCase) as error:
        return _rehearsal(file, decision, trouble=_told(error))


def rehearse(
    bench: Workbench, item_id: int, changes: Mapping[str, str] = MappingProxyType({}), *, documents: bool = False
) -> Rehearsal:
    """As `consider`, with the reply that would go out; its documents are drawn only when they are asked for."""
    considered = consider(bench, item_id, changes)
    render = bench.render if documents else bench.render_words or bench.render
    try:
        return replace(considered, reply=_reply(bench, considered, render))
    except InputError as error:
        return replace(considered, trouble=_told(error))


def _reply(bench: Workbench, considered: Rehearsal, render: ReplyRenderer) -> OutgoingMessage | None:
    kind, decision, case = considered.reply_kind, considered.decision, considered.case
    if kind is None or decision is None:
        return None
    quote = decision.quote and replace(decision.quote, number=case.number, revision=case.revision + 1)
    return render(
        decision=decision,
        newest=considered.thread[-1],
        case_number=case.number,
        kind=kind,
        message_id=PREVIEW_ID,
        at=bench.clock(),
        quote=quote if kind is ReplyKind.QUOTE else None,
    )


def _told(error: InputError | StaleCase) -> str:
    """Return what is wrong without the item that it is wrong with."""
    return str(error).partition(": ")[2] or str(error)


def _rehearsal(file: CaseFile, decision: Decision | None, *, trouble: str = "") -> Rehearsal:
    return Rehearsal(
        item=file.item,
        case=file.case,
        thread=file.thread,
        mails=file.mails,
        corrections=file.corrections,
        decision=decision,
        trouble=trouble,
    )
