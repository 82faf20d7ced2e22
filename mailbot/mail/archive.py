"""The folder of sent mail: a copy of every reply, and the witness of what has left (RFC 3501, 6.3.11)."""

import contextlib
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from typing import TypeVar

from imapclient import SEEN, IMAPClient  # type: ignore[import-untyped]  # the library has no stubs
from imapclient.exceptions import IMAPClientError  # type: ignore[import-untyped]  # the library has no stubs

from mailbot.domain.errors import TransientError
from mailbot.mail.imap_session import ImapAccount, asked, create_if_absent, deadline, hang_up, open_session

T = TypeVar("T")

KEEP_OPEN = 60.0  # seconds for which an unused connection is trusted to live


class ImapArchive:
    """The `Archive` port; threads take turns."""

    def __init__(self, account: ImapAccount, folder: str) -> None:
        self._account = account
        self._folder = folder
        self._client: IMAPClient | None = None
        self._used_at = 0.0
        self._turn = threading.Lock()

    def holds(self, message_id: str) -> bool:
        """Return whether a mail with this Message-ID is there. Raises TransientError when the server is away."""
        return self._is_there("Message-ID", message_id)

    def keep(self, message_id: str, raw: bytes, at: dt.datetime) -> None:
        """The mail is there once, however often this is called."""
        if self.holds(message_id):
            return
        with self._session() as client:
            self._ask(client, lambda: client.append(self._folder, raw, flags=[SEEN], msg_time=at))

    def answered(self, message_id: str) -> bool:
        """Return whether a mail that answers this one is there."""
        return self._is_there("In-Reply-To", message_id)

    def close(self) -> None:
        """Log out; never raises."""
        with self._turn:
            self._hang_up()

    def _is_there(self, header: str, value: str) -> bool:
        """Search the folder as it is now: without the NOOP it would be as it was at the end of our last command."""
        with self._session() as client:
            self._ask(client, client.noop)
            return bool(self._ask(client, lambda: client.search(["HEADER", header, value])))

    def _hang_up(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            hang_up(client)

    @contextlib.contextmanager
    def _session(self) -> Iterator[IMAPClient]:
        """Give the connection with the folder selected; one that fails is ended."""
        with self._turn:
            if self._client is not None and time.monotonic() - self._used_at > KEEP_OPEN:
                self._hang_up()
            try:
                if self._client is None:
                    self._client = open_session(self._account)
                    create_if_absent(self._client, self._folder)
                    self._client.select_folder(self._folder)
                yield self._client
                self._used_at = time.monotonic()
            except (IMAPClientError, OSError, TransientError) as error:
                self._hang_up()
                if isinstance(error, TransientError):
                    raise
                raise TransientError(f"{self._account.server}: archive: {error or type(error).__name__}") from error

    def _ask(self, client: IMAPClient, command: Callable[[], T]) -> T:
        with deadline(client, self._account.deadline):
            return asked(self._account.server, command)
