"""Mail that the machine sets aside: staff see it, in the case that it belongs to."""

import datetime as dt

from mailbot.domain.case import InboxEntry, InboxState
from mailbot.parsers.mime import read_headers
from mailbot.ports import UnitOfWork


def park(entry: InboxEntry, uow: UnitOfWork, cause: str, at: dt.datetime) -> None:
    """The mail is parked and shown to staff; the caller commits. LeaseLost when another worker has claimed it since.

    Only its headers are read, as the mail may be what ends the program. An open item of its case stays as it is.
    """
    case = uow.cases.find(read_headers(entry.raw))
    case_id = None if case is None else case.id
    uow.inbox.finish(entry, InboxState.PARKED, case_id=case_id, outcome="parked", cause=cause)
    if case is None:
        uow.reviews.open_for_parked(entry, cause, at)
    else:
        uow.reviews.open_for_case(case, cause, entry.id, at)
