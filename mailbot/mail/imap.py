"""A folder on an IMAP server, by UID alone (RFC 3501, 2177, 4315, 6851): nothing is marked by reading it."""

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar

from imapclient import DELETED, IMAPClient  # type: ignore[import-untyped]  # the library has no stubs
from imapclient.exceptions import (  # type: ignore[import-untyped]  # the library has no stubs
    IMAPClientAbortError,
    IMAPClientError,
)

from mailbot.domain.case import Fetched, MailboxKey
from mailbot.domain.errors import TransientError
from mailbot.mail.imap_session import (
    Filing,
    ImapAccount,
    asked,
    create_if_absent,
    deadline,
    hang_up,
    open_session,
)

T = TypeVar("T")

BATCH = 50
BATCH_BYTES = 32 * 1024 * 1024
SEARCH_SPAN = 100_000  # UIDs named in one answer; a line of an answer is limited to 1 MB
LONGEST_IDLE = 30.0  # seconds until a silent IDLE is tried; well under the 29 minutes of RFC 2177


def open_mailbox(account: ImapAccount, key: MailboxKey) -> "ImapMailbox":
    """Return the folder, selected on a connection of its own.

    Raises SetupError when certificate, login, folder or configuration must be mended, TransientError when the
    server is away.
    """
    client = open_session(account)
    try:
        selected = asked(account.server, lambda: client.select_folder(key.folder))
        if account.filing is Filing.MOVE:
            asked(account.server, lambda: create_if_absent(client, account.target))
        return ImapMailbox(client, account, key, uidvalidity=selected[b"UIDVALIDITY"], uidnext=selected[b"UIDNEXT"])
    except BaseException:
        hang_up(client)
        raise


class ImapMailbox:
    """One selected folder; the `Mailbox` port. Not for use by two threads at once."""

    def __init__(
        self, client: IMAPClient, account: ImapAccount, key: MailboxKey, *, uidvalidity: int, uidnext: int
    ) -> None:
        self._client = client
        self._account = account
        self._key = key
        self._uidvalidity = uidvalidity
        self._uidnext = uidnext
        self._capabilities = frozenset(client.capabilities())
        self._idling_since: float | None = None
        self._nudge = account.nudge
        self._news = True

    @property
    def key(self) -> MailboxKey:
        """Which folder this is."""
        return self._key

    @property
    def uidvalidity(self) -> int:
        """The UIDVALIDITY under which the folder is selected."""
        return self._uidvalidity

    def uids_from(self, first: int) -> Sequence[int]:
        """Return the UIDs >= `first`, ascending."""
        spans = [f"{low}:{low + SEARCH_SPAN - 1}" for low in range(first, self._uidnext - SEARCH_SPAN, SEARCH_SPAN)]
        spans.append(f"{first + len(spans) * SEARCH_SPAN}:*")
        self._news = False
        found = self._search(spans)
        if self._news:  # the server noticed new mail only while it answered
            self._news = False
            found |= self._search(spans[-1:])
        # `n:*` names the last message even when its UID is below n (RFC 3501, 6.4.8).
        return sorted(uid for uid in found if uid >= first)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Yield the messages in batches; too large ones as headers only, vanished ones not at all."""
        for batch in self._batches(uids):
            yield from self._fetch_batch(batch, headers_only=False)

    def fetch_headers(self, uids: Sequence[int]) -> Iterator[Fetched]:
        """Yield the headers alone, in batches."""
        for start in range(0, len(uids), BATCH * 4):
            sizes = self._sizes(uids[start : start + BATCH * 4])
            yield from self._fetch_batch(sizes, headers_only=True)

    def file_away(self, uid: int) -> None:
        """Move or flag the message as configured; done already or vanished is no error."""
        try:
            self._file_away(uid)
        except _RefusedByServer:
            if uid in self._search([str(uid)]):
                raise

    def wait(self, seconds: float) -> bool:
        """Return True as soon as the server tells of new mail, False after `seconds` without any.

        IDLE stays open from one call to the next. Beside it the server is asked by NOOP every `nudge` seconds, and
        ever more rarely (down to every 30 s, which also finds a dead connection) where its push comes first.
        """
        until = time.monotonic() + seconds
        while not self._news:
            left = until - time.monotonic()
            if left <= 0:
                return False
            if self._account.idle and b"IDLE" in self._capabilities:
                self._idle_for(left)
            else:
                time.sleep(min(left, self._account.nudge))
                self._ask(self._client.noop)
        return True

    def close(self) -> None:
        """Log out; never raises."""
        with contextlib.suppress(Exception):
            if self._idling_since is not None:
                self._client.socket().settimeout(1.0)
                self._client.idle_done()
        hang_up(self._client)

    def _file_away(self, uid: int) -> None:
        target = self._account.target
        match self._account.filing:
            case Filing.MOVE if b"MOVE" in self._capabilities:
                self._ask(lambda: self._client.move([uid], target))
            case Filing.MOVE:
                self._ask(lambda: self._client.copy([uid], target))
                self._ask(lambda: self._client.add_flags([uid], [DELETED], silent=True))
                if b"UIDPLUS" in self._capabilities:  # a plain EXPUNGE would take others' mails with it
                    self._ask(lambda: self._client.uid_expunge([uid]))
            case Filing.FLAG:
                self._ask(lambda: self._client.add_flags([uid], [target.encode()], silent=True))
            case Filing.NOTHING:
                pass

    def _search(self, spans: Sequence[str]) -> set[int]:
        return {uid for span in spans for uid in self._ask(partial(self._client.search, ["UID", span]))}

    def _batches(self, uids: Sequence[int]) -> Iterator[dict[int, tuple[int, dt.datetime | None]]]:
        """Yield {uid: (size, internal date)} of at most BATCH messages and BATCH_BYTES."""
        for start in range(0, len(uids), BATCH):
            batch: dict[int, tuple[int, dt.datetime | None]] = {}
            weight = 0
            for uid, (size, date) in self._sizes(uids[start : start + BATCH]).items():
                if batch and weight + size > BATCH_BYTES:
                    yield batch
                    batch, weight = {}, 0
                batch[uid] = (size, date)
                weight += size if size <= self._account.max_bytes else 0
            if batch:
                yield batch

    def _sizes(self, uids: Sequence[int]) -> dict[int, tuple[int, dt.datetime | None]]:
        answers = self._fetch_items(uids, ["RFC822.SIZE", "INTERNALDATE"])
        return {uid: (a[b"RFC822.SIZE"], _utc(a.get(b"INTERNALDATE"))) for uid, a in answers.items()}

    def _fetch_batch(
        self, sizes: dict[int, tuple[int, dt.datetime | None]], *, headers_only: bool
    ) -> Iterator[Fetched]:
        large = {uid for uid, (size, _) in sizes.items() if headers_only or size > self._account.max_bytes}
        bodies = self._fetch_items([uid for uid in sizes if uid not in large], ["BODY.PEEK[]"])
        headers = self._fetch_items([uid for uid in sizes if uid in large], ["BODY.PEEK[HEADER]"])
        for uid, (size, date) in sizes.items():
            answer = headers.get(uid, {}) if uid in large else bodies.get(uid, {})
            raw = answer.get(b"BODY[HEADER]" if uid in large else b"BODY[]")
            if raw is not None:  # NIL: expunged by somebody else meanwhile
                yield Fetched(uid=uid, raw=raw, size=size, internal_date=date, complete=uid not in large)

    def _fetch_items(self, uids: Sequence[int], items: list[str]) -> dict[int, dict[bytes, Any]]:  # values by item
        """Return the answers by UID. A refusal for a batch is asked again one by one: one bad mail stops no other."""
        if not uids:
            return {}
        try:
            answers: dict[int, dict[bytes, Any]] = self._ask(lambda: self._client.fetch(uids, items))
            return answers
        except _RefusedByServer:
            if len(uids) == 1:
                return {}
            return {uid: answer for one in uids for uid, answer in self._fetch_items([one], items).items()}

    def _idle_for(self, seconds: float) -> None:
        """Idle at most so long, and ask by NOOP when the nudge is due; sets `_news`."""
        with self._translated():
            if self._idling_since is None:
                self._start_idle()
                self._idling_since = time.monotonic()
            due = self._idling_since + min(self._nudge, LONGEST_IDLE) - time.monotonic()
            span = max(0.0, min(seconds, due))
            begun = time.monotonic()
            pushed = self._client.idle_check(timeout=span)
            if _tells_of_mail(pushed):
                self._nudge = min(self._nudge * 2, LONGEST_IDLE)
                self._news = True
                return
            silent = time.monotonic() - begun >= span  # woken for nothing: the connection may have ended
        if not silent or due <= span:
            self._ask(self._client.noop)
            if self._news:
                self._nudge = self._account.nudge

    def _start_idle(self) -> None:
        try:
            self._client.idle()
        except IMAPClientError as error:  # what the server says next belongs to no command that we know of
            raise IMAPClientAbortError(f"IDLE: {error}") from error

    def _ask(self, command: Callable[[], T]) -> T:
        """Run a command outside IDLE, within the deadline; notes news that comes with its answer."""
        with self._translated(), deadline(self._client, self._account.deadline):
            if self._idling_since is not None:
                self._idling_since = None
                self._client.idle_done()
            answer = command()
            # The library keeps unasked-for answers for ever; only EXISTS matters here.
            unasked = self._client._imap.untagged_responses
            self._news = self._news or "EXISTS" in unasked
            unasked.clear()
            return answer

    @contextlib.contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn the library's errors into ours; a broken connection is hung up."""
        try:
            yield
        except (IMAPClientAbortError, OSError) as error:
            hang_up(self._client)
            raise TransientError(f"{self._account.server}: connection lost: {error or type(error).__name__}") from error
        except IMAPClientError as error:
            raise _RefusedByServer(f"{self._account.server}: {error}") from error


class _RefusedByServer(TransientError):
    """The server answered NO or BAD to one command; the connection lives."""


def _tells_of_mail(pushed: Iterable[tuple[Any, ...]]) -> bool:  # shapes differ by response
    return any(len(response) > 1 and response[1] in (b"EXISTS", b"RECENT") for response in pushed)


def _utc(date: dt.datetime | None) -> dt.datetime | None:
    return date.astimezone(dt.UTC) if date is not None else None
