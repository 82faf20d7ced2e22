"""A reply of any kind on its way: rendered once, its bytes and Message-ID frozen in the outbox."""

import datetime as dt
import secrets
from dataclasses import dataclass

from mailbot.domain.case import Case
from mailbot.domain.decision import Action, Decision
from mailbot.domain.message import Address, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.domain.quote import Quote
from mailbot.ports import ReplyRenderer, UnitOfWork

REPLY_TO_ACTION = {
    Action.QUOTE: ReplyKind.QUOTE,
    Action.ASK: ReplyKind.ASK,
    Action.ANSWER: ReplyKind.ANSWER,
    Action.REVIEW: ReplyKind.ACKNOWLEDGEMENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is to be said to whom: the case and the mail that is answered, the decision behind it.

    `message_id` is from `new_message_id`, `quote` an issued one that a REMINDER is about, `cc` the addresses of others
    who read along.
    """

    kind: ReplyKind
    case: Case
    decision: Decision
    newest: InboundMessage
    message_id: str
    staff_text: str = ""
    quote: Quote | None = None
    cc: tuple[str, ...] = ()


def others(case: Case, newest: InboundMessage) -> tuple[str, ...]:
    """Return who else has written in the case: they get a copy of what goes to the one who wrote last (policy 8)."""
    writer = newest.sender.email.casefold() if newest.sender else ""
    return tuple(address for address in case.participants if address != writer)


def new_message_id(case: Case, kind: ReplyKind, domain: str) -> str:
    """Return a Message-ID that nobody can guess; `domain` is its right side."""
    return f"<{case.number.lower()}.{kind.value}.{secrets.token_hex(12)}@{domain}>"


def write(
    reply: Reply, uow: UnitOfWork, render: ReplyRenderer, at: dt.datetime
) -> tuple[OutgoingMessage, Quote | None]:
    """Return the finished message, and the quote in it, recorded as the case's next revision."""
    quote = reply.quote
    if reply.kind is ReplyKind.QUOTE:
        assert reply.decision.quote is not None  # noqa: S101  # what makes it a QUOTE
        quote = uow.quotes.issue(reply.case, reply.decision.quote, at)
    message = render(
        decision=reply.decision,
        newest=reply.newest,
        case_number=reply.case.number,
        kind=reply.kind,
        message_id=reply.message_id,
        at=at,
        staff_text=reply.staff_text,
        quote=quote,
        cc=[Address(name=None, email=address) for address in reply.cc],
    )
    return message, quote


def post(
    message: OutgoingMessage,
    quote: Quote | None,
    case: Case,
    uow: UnitOfWork,
    due_at: dt.datetime,
    *,
    gist: str = "",
) -> None:
    """The message lies in the outbox, once for each revision: the quote's, or the case's version."""
    revision = quote.revision if quote else case.version
    uow.outbox.put(case, message, revision=revision, due_at=due_at, gist=gist)
