"""In-memory twins of the mail ports; they pass the same contract suites as the real adapters."""

import datetime as dt
import email
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from mailbot.domain.case import Fetched, MailboxKey
from mailbot.domain.errors import MailbotError, Refused, TransientError
from mailbot.domain.outgoing import SendPhase
from mailbot.email_address import is_email_address
from mailbot.mail.smtp import has_bare_line_end, has_long_line


class FakeMailbox:
    """Keeps `ports.Mailbox`. `folder` is what the server holds, `filed` what was filed away, in order."""

    def __init__(self, key: MailboxKey | None = None, *, max_bytes: int = 25 * 1024 * 1024) -> None:
        self.key = key or MailboxKey(account="desk", folder="INBOX")
        self.uidvalidity = 1
        self.folder: dict[int, tuple[bytes, dt.datetime]] = {}
        self.filed: list[int] = []
        self.away = False
        self.before_fetch: Callable[[], None] = lambda: None
        self.refuses_filing = False
        self._next = 1
        self._max_bytes = max_bytes
        self._news = True

    def deliver(self, raw: bytes, at: dt.datetime = dt.datetime(2026, 11, 2, 8, 0, tzinfo=dt.UTC)) -> int:
        """Put a mail into the folder and return its UID."""
        uid, self._next = self._next, self._next + 1
        self.folder[uid] = (raw, at)
        self._news = True
        return uid

    def renumber(self) -> None:
        """Change UIDVALIDITY: the same mails under new UIDs, from 1."""
        self.uidvalidity += 1
        self.folder = dict(enumerate(self.folder.values(), start=1))
        self._next = len(self.folder) + 1

    def uids_from(self, first: int) -> Sequence[int]:
        self._check()
        self._news = False
        return sorted(uid for uid in self.folder if uid >= first)

    def fetch(self, uids: Sequence[int]) -> Iterator[Fetched]:
        self._check()
        self.before_fetch()
        yield from self._fetch(uids, headers_only=False)

    def fetch_headers(self, uids: Sequence[int]) -> Iterator[Fetched]:
        self._check()
        yield from self._fetch(uids, headers_only=True)

    def file_away(self, uid: int) -> None:
        self._check()
        if self.refuses_filing:
            raise TransientError("the folder is over its quota")
        if self.folder.pop(uid, None) is not None:
            self.filed.append(uid)

    def wait(self, seconds: float) -> bool:
        self._check()
        if not self._news:
            time.sleep(min(seconds, 0.01))
        return self._news

    def close(self) -> None:
        pass

    def _fetch(self, uids: Sequence[int], *, headers_only: bool) -> Iterator[Fetched]:
        for uid in uids:
            if uid not in self.folder:
                continue
            raw, at = self.folder[uid]
            complete = not headers_only and len(raw) <= self._max_bytes
            head, blank_line, _ = raw.partition(b"\r\n\r\n")
            given = raw if complete else head + blank_line
            yield Fetched(uid=uid, raw=given, size=len(raw), internal_date=at, complete=complete)

    def _check(self) -> None:
        if self.away:
            raise TransientError("the server is away")


class FakeArchive:
    """Keeps `ports.Archive`. `kept` is what is there."""

    def __init__(self) -> None:
        self.kept: list[bytes] = []
        self.away = False

    def holds(self, message_id: str) -> bool:
        self._check()
        return any(email.message_from_bytes(raw)["Message-ID"] == message_id for raw in self.kept)

    def answered(self, message_id: str) -> bool:
        self._check()
        return any(email.message_from_bytes(raw)["In-Reply-To"] == message_id for raw in self.kept)

    def keep(self, message_id: str, raw: bytes, at: dt.datetime) -> None:
        if not self.holds(message_id):
            self.kept.append(raw)

    def close(self) -> None:
        pass

    def _check(self) -> None:
        if self.away:
            raise TransientError("the archive is away")


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """A message as it was handed over."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes


class FakeTransport:
    """Keeps `ports.Transport`. `taken` is what the server took; `fail` makes the next sends end so.

    A failure is an error and the phase that was reached: with DOT the message is taken all the same when `keeps`.
    """

    def __init__(self) -> None:
        self.taken: list[Handed] = []
        self.failures: list[tuple[SendPhase, MailbotError]] = []
        self.keeps = False

    def fail(self, *failures: tuple[SendPhase, MailbotError]) -> None:
        self.failures.extend(failures)

    def send(
        self, *, sender: str, recipients: Sequence[str], raw: bytes, on_phase: Callable[[SendPhase], None]
    ) -> None:
        if not recipients or not all(is_email_address(a) for a in (*recipients, sender or "null@sender.test")):
            raise Refused("bad address")
        if has_bare_line_end(raw) or has_long_line(raw) or b"\0" in raw:
            raise Refused("bad line")
        last, error = self.failures.pop(0) if self.failures else (SendPhase.DOT, None)
        for phase in SendPhase:
            on_phase(phase)
            if error is not None and phase is last:
                if phase is SendPhase.DOT and self.keeps:
                    self.taken.append(Handed(sender=sender, recipients=tuple(recipients), raw=raw))
                raise error
        self.taken.append(Handed(sender=sender, recipients=tuple(recipients), raw=raw))

    def close(self) -> None:
        pass
