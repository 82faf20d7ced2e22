"""The world around the desk: time, mail servers, whoever is told of alarms."""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from mailbot.domain.case import Fetched, MailboxKey
from mailbot.domain.outgoing import SendPhase
from mailbot.domain.tokens import Tokens
from mailbot.domain.watch import Alarm


class Clock(Protocol):
    """The time of day, in UTC."""

    def __call__(self) -> dt.datetime:
        """Return now, aware, in UTC."""
        ...


class Mailbox(Protocol):
    """One folder on a mail server, open. All methods raise TransientError when the server is away."""

    @property
    def key(self) -> MailboxKey:
        """Which folder this is."""
        ...

    @property
    def uidvalidity(self) -> int:
        """The UIDVALIDITY under which the folder is selected."""
        ...

    def uids_from(self, first: int) -> Sequence[int]:
        """Return the UIDs >= `first`, ascending; constant cost in the size of the folder."""
        ...

    def fetch(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the messages in batches without setting any flag; vanished ones are left out."""
        ...

    def fetch_headers(self, uids: Sequence[int]) -> Iterable[Fetched]:
        """Yield the headers alone (`complete` False), as `fetch` does."""
        ...

    def file_away(self, uid: int) -> None:
        """Move or flag the message as configured; done already or vanished is no error."""
        ...

    def wait(self, seconds: float) -> bool:
        """Wait for news at most so long (IDLE where there is one); return whether there may be any."""
        ...

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Transport(Protocol):
    """Hands finished messages to the next mail server."""

    def send(
        self, *, sender: str, recipients: Sequence[str], raw: bytes, on_phase: Callable[[SendPhase], None]
    ) -> None:
        """Return after the server took the message.

        Calls `on_phase` before each phase begins. Raises Refused (5xx), TransientError before the dot, and
        OutcomeUnknown when the connection ends after it.
        """
        ...

    def close(self) -> None:
        """End the session, if one is open; never raises."""
        ...


class TokenIssuer(Protocol):
    """The token endpoint of a login."""

    def __call__(self, refresh_token: str | None, now: dt.datetime) -> Tokens:
        """Return new tokens; SetupError when a person must mend something, TransientError when it is away."""
        ...


class Archive(Protocol):
    """The folder of sent mail. All methods raise TransientError when the server is away."""

    def holds(self, message_id: str) -> bool:
        """Return whether a mail with this Message-ID is there."""
        ...

    def answered(self, message_id: str) -> bool:
        """Return whether a mail that answers this one is there."""
        ...

    def keep(self, message_id: str, raw: bytes, at: dt.datetime) -> None:
        """The mail is there once, however often this is called."""
        ...

    def close(self) -> None:
        """Log out; never raises."""
        ...


class Messenger(Protocol):
    """Tells a person outside of what is wrong."""

    def __call__(self, alarms: Sequence[Alarm]) -> None:
        """Return when somebody was told; TransientError when that cannot be done now."""
        ...


class Listener(Protocol):
    """Hears of rows that other workers have committed."""

    def wait(self, seconds: float) -> frozenset[str]:
        """Wait at most so long and return the tables that have new rows; TransientError when the line is dead."""
        ...
