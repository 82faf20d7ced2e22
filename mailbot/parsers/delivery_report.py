"""What a delivery report says of a mail of ours (RFC 3464), in the standard's words or in a dialect's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.parser import BytesParser, HeaderParser

MESSAGE_ID = re.compile(r"<[^<>\s@]{1,200}@[^<>\s@]{1,200}>")
FAILED, DELAYED = "failed", "delayed"
ACTIONS = (FAILED, DELAYED, "delivered", "relayed", "expanded")
MOST_BYTES = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class DeliveryReport:
    """The Message-IDs that the report names, the worst action it tells of, its status code (RFC 3463) and words."""

    message_ids: tuple[str, ...]
    action: str
    status: str
    words: str


def read_delivery_report(raw: bytes) -> DeliveryReport:
    """Return what the report says; one in no standard's words counts as a failure.

    The Message-IDs are all that are found in it, those of the returned mail among them; the caller knows its own.
    """
    message = BytesParser().parsebytes(raw[:MOST_BYTES])
    fields = [part for part in message.walk() if part.get_content_type() == "message/delivery-status"]
    per_recipient = [block for part in fields for block in _blocks(part)]
    told = [str(block.get("Action", "")).strip().lower() for block in per_recipient]
    actions = [action for action in ACTIONS if action in told]
    action = actions[0] if actions else FAILED
    concerned = next((b for b in per_recipient if str(b.get("Action", "")).strip().lower() == action), Message())
    own = str(message.get("Message-ID", ""))
    found = dict.fromkeys(MESSAGE_ID.findall(raw[:MOST_BYTES].decode("utf-8", "replace")))
    return DeliveryReport(
        message_ids=tuple(name for name in found if name != own.strip()),
        action=action,
        status=_one_line(concerned.get("Status")),
        words=_one_line(concerned.get("Diagnostic-Code"))[:300],
    )


def _blocks(part: Message) -> Iterator[Message]:
    """Yield the header blocks of a delivery status; the parser gives them as messages of their own."""
    payload = part.get_payload()
    if isinstance(payload, list):
        yield from (block for block in payload if isinstance(block, Message))
    else:
        yield from (HeaderParser().parsestr(block) for block in re.split(r"\r?\n\r?\n", str(payload)))


def _one_line(value: object) -> str:
    return " ".join(str(value).split()) if value is not None else ""
