"""What the command line shows of a review item."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailbot.bootstrap.desking import open_desk
from mailbot.bootstrap.installation import Installation
from mailbot.domain.case import CaseEvent, ReviewItem
from mailbot.domain.errors import InputError
from mailbot.domain.message import InboundMessage
from mailbot.service.process import read_thread


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A review item with the mails that decisions count and the events of its case, oldest first."""

    item: ReviewItem
    messages: Sequence[InboundMessage]
    events: Sequence[CaseEvent]


def review_item(installation: Installation, item_id: int) -> Shown:
    """Return an item with all that belongs to it; InputError when there is none of this number."""
    with open_desk(installation) as desk:
        with desk.store.begin() as uow:
            item = uow.reviews.get(item_id)
            if item is None:
                raise InputError(f"ITEM {item_id}: no such review item; see `mailbot review list`")
            raws = uow.cases.messages(uow.cases.get(item.case_id))
            events = uow.cases.events(item.case_id)
            entry = uow.inbox.get(item.inbox_id)
        try:
            messages = read_thread(raws or ([entry.raw] if entry else []), desk.understanding)
        except InputError:
            messages = []  # the note says what is wrong with it
    return Shown(item=item, messages=messages, events=events)
