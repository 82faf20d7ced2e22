"""Delivery reports: matched to the reply that they are about, shown to staff, never answered."""

import datetime as dt

import structlog

from mailbot.domain.case import CaseEvent, InboxEntry
from mailbot.domain.outgoing import OutboxEntry, OutboxState
from mailbot.parsers.delivery_report import FAILED, DeliveryReport, read_delivery_report
from mailbot.ports import UnitOfWork
from mailbot.service.outcome import SENT, is_in_doubt, reply_event

log = structlog.get_logger(__name__)

DELIVERY_REPORTED = "DeliveryReported"
"""Kind of the event that tells of a report."""

BOUNCED = "bounced"
"""How `last_error` begins after a report that a reply did not arrive."""


def take_report(entry: InboxEntry, uow: UnitOfWork, at: dt.datetime, *, archives: bool) -> int | None:
    """What the report says is noted with the reply that it is about; return the reply's case, None when it is not ours.

    A failure is shown to staff. Any report proves that the server had taken the reply: one of unknown outcome does
    not go out again, and where the desk `archives` it gets its copy.
    """
    report = read_delivery_report(entry.raw)
    reply = uow.outbox.find(report.message_ids) if report.message_ids else None
    if reply is None:
        return None
    words = " ".join(part for part in (report.action, report.status, report.words) if part)
    uow.cases.append(_event(reply, report, at))
    if report.action == FAILED:
        uow.outbox.note_report(reply.id, OutboxState.FAILED, f"{BOUNCED}: {words}")
        case = uow.cases.get(reply.case_id)
        uow.reviews.open_for_case(case, f"{reply.kind.value} reply did not arrive: {words}", entry.id, at)
        log.warning("reply_bounced", entry=reply.id, status=report.status)
    elif is_in_doubt(reply):
        uow.outbox.take_for_sent(reply.id, f"a delivery report proves it: {words}", archive=archives)
        uow.cases.append(reply_event(reply, at, SENT))
    return reply.case_id


def _event(reply: OutboxEntry, report: DeliveryReport, at: dt.datetime) -> CaseEvent:
    data = {"message_id": reply.message_id, "action": report.action, "status": report.status}
    return CaseEvent(case_id=reply.case_id, at=at, kind=DELIVERY_REPORTED, actor="machine", data=data)
