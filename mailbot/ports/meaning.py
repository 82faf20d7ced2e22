"""What turns mail into a request and a decision."""

import datetime as dt
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from mailbot.domain.decision import Decision
from mailbot.domain.message import Address, Attachment, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.domain.quote import Quote
from mailbot.ports.case_stores import RecordsFor


class AttachmentReader(Protocol):
    """Turns an attachment's bytes into text, within limits of time, memory and output; never raises."""

    def __call__(self, attachment: Attachment) -> Attachment:
        """Return the attachment with `part` set, or with `unreadable` saying why not."""
        ...


class Understanding(Protocol):
    """Reading and deciding, with the desk's lexicons, policy and calendar bound to it. Pure but for `records_for`."""

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as read; InputError when nothing can be made of the bytes."""
        ...

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what to do after the last message of the thread (oldest first).

        `corrections` are values that staff set, by the paths of the contract (`site`, `lines[0].users`); they take
        the place of what was read. Raises InputError for a path or value that cannot be.
        """
        ...


class ReplyRenderer(Protocol):
    """Makes finished messages. Pure but for fonts and templates; the same input gives the same bytes."""

    def __call__(
        self,
        *,
        decision: Decision,
        newest: InboundMessage,
        case_number: str,
        kind: ReplyKind,
        message_id: str,
        at: dt.datetime,
        staff_text: str = "",
        quote: Quote | None = None,
        cc: Sequence[Address] = (),
    ) -> OutgoingMessage:
        """Return the reply of this kind to the newest mail of a case.

        `staff_text` is the body of a STAFF or DECLINE reply; of any other kind all above the foot, as staff have
        edited it. `quote` overrides the decision's (numbered, issued).
        `cc` are others of the case who may see it. Raises InputError when the mail cannot be answered as it is.
        """
        ...
