"""What staff see of a review item and do with it, wired to the installation's store and renderer."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer, reply_domain
from mailbot.bootstrap.signing import desk_signer
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.case import CaseEvent, ReviewItem
from mailbot.domain.errors import InputError
from mailbot.domain.message import InboundMessage
from mailbot.service.review import Workbench


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A review item with the mails and events of its case, oldest first."""

    item: ReviewItem
    messages: Sequence[InboundMessage]
    events: Sequence[CaseEvent]


@contextmanager
def workbench(installation: Installation) -> Iterator[Workbench]:
    """Hold what staff's acts need (service.review) for the time of the block."""
    with open_desk_store(installation) as store:
        with store.begin() as uow:
            desk = installation.desk(uow.records.desk())
        with desk_understanding(installation, desk, lambda: utc_now().date()) as understanding:
            yield Workbench(
                store=store,
                understanding=understanding,
                render=desk_renderer(installation, desk, signer=desk_signer(installation)),
                clock=utc_now,
                domain=reply_domain(installation),
            )


def review_item(installation: Installation, item_id: int) -> Shown:
    """Return an item with all that belongs to it; InputError when there is none of this number."""
    with open_desk_store(installation) as store, store.begin() as uow:
        item = uow.reviews.get(item_id)
        if item is None:
            raise InputError(f"ITEM {item_id}: no such review item; see `mailbot review list`")
        raws = uow.cases.messages(uow.cases.get(item.case_id))
        events = uow.cases.events(item.case_id)
        desk = installation.desk(uow.records.desk())
        entry = uow.inbox.get(item.inbox_id)
    with desk_understanding(installation, desk, lambda: utc_now().date()) as understanding:
        messages = [understanding.read(raw) for raw in raws or ([entry.raw] if entry else [])]
    return Shown(item=item, messages=messages, events=events)
