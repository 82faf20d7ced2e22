"""What workers tell one another through the database."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Protocol

from mailbot.domain.case import MailboxKey
from mailbot.domain.watch import Alarm, Lease


class LeaseStore(Protocol):
    """Who alone may do a thing, by the database's clock."""

    def take(self, name: str, *, seconds: float) -> Lease | None:
        """Take a lease that nobody holds for so long; None while somebody does."""
        ...

    def hold(self, lease: Lease, *, seconds: float) -> None:
        """Hold the lease for so long from now; LeaseLost when another one has taken it since."""
        ...

    def give_back(self, lease: Lease) -> None:
        """Let go of the lease at once; lost already is no error."""
        ...


class TokenStore(Protocol):
    """What logins at mail servers live on, sealed: only who holds the first secret can read it."""

    def get(self, login: str) -> str | None:
        """Return what was kept last, None when nothing was."""
        ...

    def put(self, login: str, sealed: str, at: dt.datetime) -> None:
        """Keep this in the place of what was kept before."""
        ...


class AlarmStore(Protocol):
    """What is wrong, for staff to see until it is not."""

    def ring(self, name: str, words: str, at: dt.datetime) -> None:
        """The alarm rings, `words` saying what is wrong; one that rings already rings once more."""
        ...

    def silence(self, name: str) -> bool:
        """The alarm does not ring any more; return whether it did."""
        ...

    def ringing(self) -> Sequence[Alarm]:
        """Return the alarms that ring, oldest first."""
        ...

    def note_poll(self, mailbox: MailboxKey, at: dt.datetime) -> None:
        """Remember that the mailbox was looked into."""
        ...

    def polls(self) -> Mapping[MailboxKey, dt.datetime]:
        """Return when each mailbox was last looked into."""
        ...

    def mark_told(self, names: Sequence[str], at: dt.datetime) -> None:
        """Remember that somebody outside was told of these."""
        ...
