"""Staff: who they are, what each may do, and what is kept about their work."""

import datetime as dt
import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

NOBODY = 0
"""The id of a user who is not in the database."""


class StaffRole(enum.Enum):
    """What a member of staff may do; each role may do all that the ones before it may."""

    VIEWER = "viewer"  # reads
    AGENT = "agent"  # settles what waits
    APPROVER = "approver"  # releases large quotes as the second person
    ADMINISTRATOR = "administrator"  # users, switches, the audit trail

    @property
    def rank(self) -> int:
        """How much the role may do, 0 for the least."""
        return list(StaffRole).index(self)

    def includes(self, needed: "StaffRole") -> bool:
        """Whether the role may do what `needed` may."""
        return self.rank >= needed.rank


SEALED = "sealed:"
"""How a second factor begins that is kept sealed; without it, an older version has kept it in clear."""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A member of staff. `language` is that of the console (BCP 47), None for the browser's.

    `code_secret` makes the codes of the second factor, sealed; None without one.
    """

    id: int
    login: str
    name: str
    role: StaffRole
    password_hash: str = field(repr=False)
    disabled: bool = False
    language: str | None = None
    code_secret: str | None = field(default=None, repr=False)

    @property
    def has_logged_in(self) -> bool:
        """Whether it is known who this is, and not only what they say."""
        return self.id != NOBODY


def operator(name: str, role: StaffRole) -> User:
    """Return who acts on the command line. It has not logged in, so its word never counts as one of two persons'.

    Its name in the record is no login (`is_login`).
    """
    return User(id=NOBODY, login=f"{name} (command line)", name=name, role=role, password_hash="")


def is_login(actor: str) -> bool:
    """Whether a name in the record is that of somebody who had logged in: a login is one word."""
    return " " not in actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A login that holds: `key` is the hash of what the browser keeps, never that itself.

    It is `pending` while the second factor is wanted, which opens no page. `proved_at` is when the member last gave
    password or code; `code_offer` a second factor that they have not confirmed yet.
    """

    key: str = field(repr=False)
    user: User
    created_at: dt.datetime
    seen_at: dt.datetime
    address: str
    pending: bool = False
    proved_at: dt.datetime | None = None
    code_offer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """One line of the audit trail. `digest` covers the line and the digest before it, so that no line can change."""

    id: int
    at: dt.datetime
    actor: str
    kind: str
    subject: str
    data: Mapping[str, object]
    previous: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Whose a case is, and until when it need not be looked at."""

    assignee: str | None = None
    snoozed_until: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedView:
    """A filter of the queue that somebody keeps; `query` is the address's part after the question mark."""

    id: int
    login: str
    name: str
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """A switch that is on, since when and by whom: `pause`, `pause kind:renewal`, `pause language:de`, `shadow`."""

    name: str
    by: str
    at: dt.datetime
