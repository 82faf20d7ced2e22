"""Doing a thing alone among many workers: a lease taken, prolonged while the work goes on, and given back."""

import time
from collections.abc import Iterable, Sequence

from mailbot.domain.case import Fetched, MailboxKey
from mailbot.domain.errors import TransientError
from mailbot.domain.watch import Lease
from mailbot.ports import Mailbox, Store


class Turn:
    """The right to do something alone. `confirm` before each step that another one must not do at the same time."""

    def __init__(self, store: Store, lease: Lease, seconds: float) -> None:
        self._store = store
        self._lease = lease
        self._seconds = seconds
        self._confirmed = time.monotonic()

    def confirm(self) -> None:
        """Return when the turn is still ours, prolonged if need be; LeaseLost when another worker has taken it."""
        if time.monotonic() - self._confirmed < self._seconds / 3:
            return
        with self._store.begin() as uow:
            uow.leases.hold(self._lease, seconds=self._seconds)
            uow.commit()
        self._confirmed = time.monotonic()

    def end(self) -> None:
        """Let the next one have its turn at once; when the database is away, the turn runs out by itself."""
        try:
            with self._store.begin() as uow:
                uow.leases.give_back(self._lease)
                uow.commit()
        except TransientError:
            return


def take_turn(store: Store, name: str, *, seconds: float) -> Turn | None:
    """Return the turn, or None while another worker has it."""
    with store.begin() as uow:
        lease = uow.leases.take(name, seconds=seconds)
        uow.commit()
    return None if lease is None else Turn(store, lease, seconds)


class MailboxAlone:
    """A mailbox that confirms the turn before each command: two workers never move the same mail."""

    def __init__(self, mailbox: Mailbox, turn: Turn) -> None:
        self._mailbox = mailbox
        self._turn = turn

    @property
    def key(self) -> MailboxKey:
        """Which folder this is."""
        return self._mailbox.key

    @property
    def uidvalidity(self) -> int:
        """The UIDVALIDITY under which the folder is selected."""
        return self._mailbox.uidvalidity

    def uids_from(self, first: int) -> Sequence[int]:
        """Return the UIDs >= `first`, ascending."""
        self._turn.confirm()
        return self._mailbox.uids_from(first)

    def fetch(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the messages; vanished ones are left out."""
        for message in self._mailbox.fetch(uids):
            self._turn.confirm()
            yield message

    def fetch_headers(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the headers alone."""
        for message in self._mailbox.fetch_headers(uids):
            self._turn.confirm()
            yield message

    def file_away(self, uid: int) -> None:
        """Move or flag the message as configured."""
        self._turn.confirm()
        self._mailbox.file_away(uid)

    def wait(self, seconds: float) -> bool:
        """Wait for news at most so long."""
        self._turn.confirm()
        return self._mailbox.wait(seconds)

    def close(self) -> None:
        """Log out, and let the next one have its turn."""
        self._mailbox.close()
        self._turn.end()
