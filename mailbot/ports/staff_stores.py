"""What is kept of staff, and of how they look at the work."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol

from mailbot.domain.staff import Assignment, AuditEntry, SavedView, Session, StaffRole, Switch, User
from mailbot.domain.teaching import Proposal, ProposalState
from mailbot.ports.meaning import Understanding


class PasswordHasher(Protocol):
    """Makes passwords unreadable, slowly on purpose."""

    def hash(self, password: str) -> str:
        """Return what may be stored of a password."""
        ...

    def verify(self, hashed: str | None, password: str) -> bool:
        """Whether the password is the one of the hash; takes as long, and says no, when there is none."""
        ...


class OneTimeCodes(Protocol):
    """Codes that an app makes from a secret and the time (RFC 6238); the store keeps the secrets sealed."""

    def new_secret(self) -> str:
        """Return a secret that nobody can guess, sealed."""
        ...

    def reveal(self, sealed: str) -> str | None:
        """Return the secret itself, for its owner's app; None when it was sealed under another key."""
        ...

    def step_of(self, sealed: str, code: str, at: dt.datetime) -> int | None:
        """Return the step of time that the code is of, if it is one of about now; else None.

        Raises Forbidden when the secret was sealed under another key: no code can be checked by it any more.
        """
        ...


class StaffStore(Protocol):
    """Members of staff, their sessions and what they keep for themselves. Logins are compared in lower case."""

    def add(self, *, login: str, name: str, role: StaffRole, password_hash: str, at: dt.datetime) -> User:
        """Add a member; InputError when the login is taken."""
        ...

    def find(self, login: str) -> User | None:
        """Return the member with this login."""
        ...

    def list(self) -> Sequence[User]:
        """Return all members, by login."""
        ...

    def change(
        self,
        user_id: int,
        *,
        role: StaffRole | None = None,
        password_hash: str | None = None,
        disabled: bool | None = None,
        language: str | None = None,
        code_secret: str | None = None,
    ) -> None:
        """Change what is given; with a new password or when disabled, the member's sessions end.

        An empty `code_secret` takes the second factor away.
        """
        ...

    def unsealed_codes(self) -> Mapping[int, str]:
        """Return the second factors that are kept in clear, by member."""
        ...

    def use_code(self, user_id: int, step: int) -> bool:
        """Remember that the code of this step was used; False when it, or a later one, was used already."""
        ...

    def open_session(self, user: User, key: str, address: str, at: dt.datetime, *, pending: bool = False) -> None:
        """Keep a new session; one that is not pending has just proved who it is."""
        ...

    def prove_session(self, key: str, at: dt.datetime) -> None:
        """Remember that the member has just shown who they are."""
        ...

    def offer_code(self, key: str, secret: str | None) -> None:
        """Keep a second factor with the session until it is confirmed, or forget it."""
        ...

    def session(self, key: str) -> Session | None:
        """Return the session with its member, also an old one; the caller judges its age."""
        ...

    def touch_session(self, key: str, at: dt.datetime) -> None:
        """Remember that the session was used."""
        ...

    def close_session(self, key: str) -> None:
        """End a session; none is no error."""
        ...

    def close_sessions(self, user_id: int) -> int:
        """End all sessions of a member and return how many there were."""
        ...

    def note_failure(self, keys: Sequence[str], at: dt.datetime) -> None:
        """Remember a failed login under each key (an account, an address)."""
        ...

    def failures(self, key: str, since: dt.datetime) -> int:
        """Return how many logins have failed under the key since then."""
        ...

    def views(self, login: str) -> Sequence[SavedView]:
        """Return the member's saved views, by name."""
        ...

    def save_view(self, login: str, name: str, query: str) -> None:
        """Keep a view under a name, in place of an older one of that name."""
        ...

    def drop_view(self, login: str, view_id: int) -> None:
        """Forget a view of the member; none is no error."""
        ...


class AuditStore(Protocol):
    """The audit trail: only ever added to, each line chained to the one before."""

    def append(
        self, *, at: dt.datetime, actor: str, kind: str, subject: str, data: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        """Add a line."""
        ...

    def newest(self, limit: int, before: int | None = None) -> Sequence[AuditEntry]:
        """Return lines, newest first, those with an id below `before`."""
        ...

    def holds(self, digest: str) -> bool:
        """Return whether a line has this digest: what was noted outside has not been cut off or made anew."""
        ...

    def first_broken(self) -> int | None:
        """Return the id of the first line that does not fit the one before it; None when the chain is whole."""
        ...


class WorklistStore(Protocol):
    """Who works on which case, when it comes back, and who looks at it."""

    def assign(self, case_id: int, login: str | None) -> None:
        """Make the case somebody's, or nobody's."""
        ...

    def snooze(self, case_id: int, until: dt.datetime | None) -> None:
        """Put the case aside until then, or take it back."""
        ...

    def of_case(self, case_id: int) -> Assignment:
        """Return whose the case is."""
        ...

    def look(self, case_id: int, login: str, at: dt.datetime) -> None:
        """Remember that somebody has the case open."""
        ...

    def lookers(self, case_id: int, since: dt.datetime) -> Sequence[str]:
        """Return who has had the case open since then, by login."""
        ...


class SwitchStore(Protocol):
    """The switches that staff have turned on; what is not there is off."""

    def on(self) -> Mapping[str, Switch]:
        """Return the switches that are on, by name."""
        ...

    def turn(self, name: str, *, on: bool, by: str, at: dt.datetime) -> None:
        """Turn a switch on or off; done already is no error."""
        ...


class SearchStore(Protocol):
    """The words by which cases are found."""

    def unsearched(self, limit: int) -> Sequence[tuple[int, int]]:
        """Return (id, version) of cases that have changed since their words were kept, newest first."""
        ...

    def keep(self, case_id: int, version: int, texts: Iterable[str]) -> None:
        """The case is found by the words of these texts, and no longer by those of before."""
        ...


class ProposalStore(Protocol):
    """Names of products that staff propose to teach."""

    def propose(self, product: str, words: str, case_number: str, by: str, at: dt.datetime) -> None:
        """Keep a proposal; one that was made before stays as it is."""
        ...

    def list(self) -> Sequence[Proposal]:
        """Return all proposals, the newest first."""
        ...

    def get(self, proposal_id: int) -> Proposal:
        """Return a proposal; KeyError when there is none."""
        ...

    def settle(self, proposal_id: int, state: ProposalState) -> bool:
        """Accept or refuse an open proposal; False when it is not open any more."""
        ...


class Teacher(Protocol):
    """Takes over names of products into the desk's own data."""

    def knows(self, product: str, words: str) -> Understanding:
        """Return an understanding that knows the name already, to look what it would change."""
        ...

    def teach(self, product: str, words: str) -> None:
        """The desk knows the name from now on; SetupError when its folder cannot be written."""
        ...
