"""A copy of every reply in the archive mailbox: for people, and as a witness of what has left."""

from collections.abc import Callable

from mailbot.domain.outgoing import OutboxEntry
from mailbot.fail_points import fail_point
from mailbot.ports import Archive, Clock, Store

AT_ONCE = 50


def archive_sent(store: Store, archive: Archive, clock: Clock, confirm: Callable[[], None] = lambda: None) -> int:
    """What was sent and has no copy yet has one, the oldest AT_ONCE of it; return how many.

    May be ended and begun again at any point: a copy that is there is not made twice. For one worker at a time;
    `confirm` raises LeaseLost when it is another one's turn.
    """
    with store.look() as uow:
        waiting = uow.outbox.to_archive(AT_ONCE)
    for entry in waiting:
        confirm()
        archive.keep(entry.message_id, entry.raw, clock())
        fail_point("archived")
        with store.begin() as uow:
            uow.outbox.mark_archived(entry.id)
            uow.commit()
    return len(waiting)


def was_sent(entry: OutboxEntry, archive: Archive | None) -> bool:
    """Return whether the archive knows of the message: a server that keeps what it sends has put it there."""
    return archive is not None and archive.holds(entry.message_id)
