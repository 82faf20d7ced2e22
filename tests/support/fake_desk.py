"""A desk that does what the mail's first word says, so that tests of the service choose the decision by the mail."""

import email
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from types import MappingProxyType

from mailbot.domain.decision import Action, Decision, Finding, Gravity
from mailbot.domain.errors import InputError
from mailbot.domain.evidence import BODY
from mailbot.domain.message import Address, Automatic, InboundMessage, Role, Segment, TextPart
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.domain.request import Reason
from mailbot.ports import RecordsFor
from tests.support.samples import decision

SENDER = "ana.lima@reseller.example"


def mail(
    words: str,
    *,
    message_id: str | None = "<first@reseller.example>",
    sender: str = SENDER,
    subject: str = "Quote for Jira",
    in_reply_to: str | None = None,
    received: str = "",
) -> bytes:
    """Return a mail; its first word is what the fake desk does with it, the rest is what it is about."""
    headers = {
        "Received": received or None,
        "From": sender,
        "Subject": subject,
        "Message-ID": message_id,
        "In-Reply-To": in_reply_to,
        "Date": "Mon, 02 Nov 2026 09:00:00 +0000",
    }
    lines = [f"{name}: {value}" for name, value in headers.items() if value is not None]
    return "\r\n".join([*lines, "", words, ""]).encode()


@dataclass
class FakeUnderstanding:
    """Keeps `ports.Understanding`. `before_decide` runs before each decision, to change the world meanwhile.

    `overrides` is done instead of what the mails say. With `reports`, machine mail is a delivery report.
    """

    before_decide: list[Callable[[], object]] = field(default_factory=list)
    overrides: str = ""
    reports: bool = False
    decided: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def read(self, raw: bytes) -> InboundMessage:
        parsed = email.message_from_bytes(raw)
        first = next(part for part in parsed.walk() if not part.is_multipart())
        body = str(first.get_payload()).strip()
        name, address = parseaddr(parsed.get("From", ""))
        if body.startswith("unreadable"):
            raise InputError("nothing can be made of this mail")
        if body.startswith("crash"):
            raise ZeroDivisionError("a bug")
        return InboundMessage(
            message_id=parsed.get("Message-ID"),
            date=parsed.get("Date"),
            sender=Address(name=name or None, email=address) if address else None,
            in_reply_to=parsed.get("In-Reply-To"),
            subject=TextPart(name="subject", text=str(parsed.get("Subject", ""))),
            body=TextPart(name=BODY, text=body, segments=(Segment(role=Role.NEW, start=0, end=len(body)),)),
            language="en",
            automatic=Automatic.AUTO_SUBMITTED if body.startswith("ignore") else None,
        )

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        word, _, rest = thread[-1].body.text.partition(" ")
        self.decided.append((thread[-1].body.text, corrections))
        if self.before_decide:
            self.before_decide.pop(0)()
        records_for([], [], [])
        if self.reports and thread[-1].automatic is not None:
            return replace(_decision("ignore", ""), ignored_as=Automatic.DELIVERY_REPORT.value)
        return _decision(self.overrides or corrections.get("action", word), rest)


def _decision(word: str, about: str) -> Decision:
    match word:
        case "ignore":
            return Decision(action=Action.IGNORE, language="en", ignored_as="auto-submitted", acknowledge=False)
        case "silent":
            finding = Finding(reason=Reason.SENDER_UNAUTHENTICATED, gravity=Gravity.SILENT)
            return Decision(action=Action.REVIEW, language="en", findings=(finding,), acknowledge=False)
        case "unclear":
            finding = Finding(reason=Reason.AMBIGUOUS_QUANTITY, gravity=Gravity.AMBIGUOUS)
            return Decision(action=Action.REVIEW, language="en", findings=(finding,), topics=(about,))
    return replace(decision(Action(word)), topics=(about,))


@dataclass
class FakeRenderer:
    """Keeps `ports.ReplyRenderer`; the text says of which kind, to whom and about what."""

    rendered: list[Mapping[str, object]] = field(default_factory=list)

    def __call__(self, *, decision, newest, case_number, kind, message_id, at, staff_text="", quote=None, cc=()):  # type: ignore[no-untyped-def]  # as in ports
        self.rendered.append({"kind": kind, "quote": quote, "staff_text": staff_text})
        text = f"{kind.value} for {case_number}: {staff_text or ','.join(decision.topics)}"
        raw = (
            f"Message-ID: {message_id}\r\nSubject: Re: {newest.subject.text} [{case_number}]\r\n\r\n{text}\r\n".encode()
        )
        return OutgoingMessage(
            kind=kind,
            message_id=message_id,
            recipients=(newest.sender.email, *(one.email for one in cc)),
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            subject=f"Re: {newest.subject.text} [{case_number}]",
            language=decision.language,
            text=text,
        )
