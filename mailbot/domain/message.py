"""An incoming message after MIME parsing: text with marked segments, never with anything deleted."""

import enum
from dataclasses import dataclass, field


def domain_of(email: str) -> str:
    """Return what follows the last @ of an address, in lower case; empty where there is none."""
    return email.rpartition("@")[2].lower() if "@" in email else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A mailbox of a header. `email` is as written but for case of the domain; `name` is the decoded display name."""

    name: str | None
    email: str

    @property
    def domain(self) -> str:
        """The part after the last @, in lower case."""
        return domain_of(self.email)


class Role(enum.Enum):
    """What a stretch of text is in its mail."""

    NEW = "new"  # what the sender newly wrote
    QUOTED = "quoted"  # history: an earlier mail of this thread or an older one, kept below or between
    FORWARDED = "forwarded"  # a third party's mail that the sender passes on as part of the request
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"  # legal footer, "sent from my phone", scanner and list footers


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A stretch of a text, `start` to `end` in characters. Segments cover a text without gap or overlap.

    For FORWARDED and QUOTED segments, `sender` is the author named by their header block, if any.
    """

    role: Role
    start: int
    end: int
    sender: Address | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A hyperlink of an HTML part: the visible text at `start` to `end`, and the target (redirectors unwrapped)."""

    start: int
    end: int
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextPart:
    """Plain text of a body, subject or attachment. Rows of tables are lines, their cells separated by a tab."""

    name: str  # as in Evidence.part
    text: str
    segments: tuple[Segment, ...] = ()
    links: tuple[Link, ...] = ()

    def of_role(self, *roles: Role) -> str:
        """Return the text of the segments of these roles, joined in order."""
        return "".join(self.text[s.start : s.end] for s in self.segments if s.role in roles)


class Unreadable(enum.Enum):
    """Why an attachment gave no text."""

    ENCRYPTED = "encrypted"
    CORRUPT = "corrupt"
    NO_TEXT = "no text"  # a scan, a picture
    TOO_LARGE = "too large"
    TIMED_OUT = "timed out"
    UNSUPPORTED = "unsupported"  # archives, macros, OLE, unknown types


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """An attached file. `part` is its text when it could be read, else `unreadable` says why there is none.

    `decoy` marks files that carry no request by their nature (logo, vCard, invitation, signature). `notes` tell
    staff, in English, what the text does not show (hidden sheets, macros, a name that belies the content).
    """

    filename: str | None
    content_type: str
    size: int
    md5: str
    content: bytes = field(repr=False)
    part: TextPart | None = None
    unreadable: Unreadable | None = None
    decoy: bool = False
    notes: tuple[str, ...] = ()

    @property
    def readable(self) -> bool:
        """Whether its text is known."""
        return self.part is not None


class Authentication(enum.Enum):
    """The verdict of the first `Authentication-Results` header of a trusted authserv-id (RFC 8601)."""

    PASSED = "passed"
    FAILED = "failed"  # dmarc=fail
    UNKNOWN = "unknown"  # no trusted header, or no verdict in it


class Automatic(enum.Enum):
    """Kinds of machine mail (contract, `parse`)."""

    AUTO_SUBMITTED = "auto-submitted"
    DELIVERY_REPORT = "delivery-report"
    MAILING_LIST = "mailing-list"
    OWN = "own"


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """One message as it was read. Missing things are None; nothing here was judged yet.

    `sender` is None when the From header is missing or could be read two ways. `subject` is a TextPart named
    `subject`, without offsets changed by the removal of anything. `date` is ISO 8601 or None.
    `defects` are short notes on what was broken, for staff. `alternative` is the other one of text and HTML where
    it says something else than `body`. `language_known` is False when no words of the sender told the language.
    """

    message_id: str | None
    date: str | None
    sender: Address | None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    subject: TextPart
    body: TextPart
    attachments: tuple[Attachment, ...] = ()
    language: str
    language_known: bool = True
    alternative: TextPart | None = None
    automatic: Automatic | None = None
    authentication: Authentication = Authentication.UNKNOWN
    defects: tuple[str, ...] = ()

    @property
    def reply_text(self) -> str:
        """What the sender newly wrote: no quoted history, no signature, no disclaimer."""
        return self.body.of_role(Role.NEW).strip()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Our own identity: the mailbox's addresses and whose authentication results are believed (`desk.toml`).

    `name` stands beside the address in our mails, and signs them.
    """

    address: str | None = None
    name: str = ""
    aliases: tuple[str, ...] = ()
    trusted_authserv_ids: tuple[str, ...] = ()

    def is_own(self, email: str) -> bool:
        """Whether the address is one of ours."""
        own = {a.casefold() for a in (self.address, *self.aliases) if a}
        return email.casefold() in own
