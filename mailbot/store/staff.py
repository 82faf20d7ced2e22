"""Members of staff, their sessions, failed logins and saved views."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailbot.domain.errors import InputError
from mailbot.domain.staff import SEALED, SavedView, Session, StaffRole, User
from mailbot.store.columns import AnyRow
from mailbot.store.staff_tables import login_failures, saved_views, sessions, users
from mailbot.store.upsert import insert_or_skip_returning_id

FAILURES_KEPT = dt.timedelta(days=1)


class SqlStaffStore:
    """Keeps `ports.StaffStore`."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def add(self, *, login: str, name: str, role: StaffRole, password_hash: str, at: dt.datetime) -> User:
        """Add a member; InputError when the login is taken."""
        row = {
            "login": login.strip().casefold(),
            "name": name.strip(),
            "role": role.value,
            "password_hash": password_hash,
            "disabled": False,
            "created_at": at,
        }
        if self._connection.scalar(insert_or_skip_returning_id(self._connection.dialect.name, users), row) is None:
            raise InputError(f"{login}: there is a user of this name already; choose another login")
        added = self.find(login)
        assert added is not None  # noqa: S101  # inserted above, in this transaction
        return added

    def find(self, login: str) -> User | None:
        """Return the member with this login."""
        row = self._connection.execute(_USERS.where(users.c.login == login.strip().casefold())).first()
        return None if row is None else _user(row)

    def list(self) -> Sequence[User]:
        """Return all members, by login."""
        return [_user(row) for row in self._connection.execute(_USERS.order_by(users.c.login))]

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
        """Change what is given; with a new password or when disabled, the member's sessions end."""
        wanted: dict[str, Any] = {  # Any: columns of several types
            "role": role.value if role else None,
            "password_hash": password_hash,
            "disabled": disabled,
            "language": language,
            "code_secret": code_secret,
        }
        values = {name: value for name, value in wanted.items() if value is not None}
        if code_secret == "":
            values["code_secret"] = None
        if values:
            self._connection.execute(sa.update(users).where(users.c.id == user_id).values(**values))
        if password_hash is not None or disabled:
            self.close_sessions(user_id)

    def unsealed_codes(self) -> Mapping[int, str]:
        """Return the second factors that are kept in clear, by member."""
        in_clear = sa.select(users.c.id, users.c.code_secret).where(_in_clear(users.c.code_secret))
        return {row.id: row.code_secret for row in self._connection.execute(in_clear)}

    def use_code(self, user_id: int, step: int) -> bool:
        """Remember that the code of this step was used; False when it, or a later one, was used already."""
        unused = sa.update(users).where(users.c.id == user_id, users.c.code_step < step)
        return self._connection.execute(unused.values(code_step=step)).rowcount == 1

    def open_session(self, user: User, key: str, address: str, at: dt.datetime, *, pending: bool = False) -> None:
        """Keep a new session."""
        row = {"key": key, "user_id": user.id, "created_at": at, "seen_at": at, "address": address}
        proof = {"pending": pending, "proved_at": None if pending else at}
        self._connection.execute(sa.insert(sessions), {**row, **proof})

    def prove_session(self, key: str, at: dt.datetime) -> None:
        """Remember that the member has just shown who they are."""
        self._connection.execute(sa.update(sessions).where(sessions.c.key == key).values(proved_at=at))

    def offer_code(self, key: str, secret: str | None) -> None:
        """Keep a second factor with the session until it is confirmed, or forget it."""
        self._connection.execute(sa.update(sessions).where(sessions.c.key == key).values(code_offer=secret))

    def session(self, key: str) -> Session | None:
        """Return the session with its member, also an old one; the caller judges its age."""
        row = self._connection.execute(_SESSION, {"key": key}).first()
        if row is None:
            return None
        return Session(
            key=row.key,
            user=_user(row),
            created_at=row.session_created_at,
            seen_at=row.seen_at,
            address=row.address,
            pending=row.pending,
            proved_at=row.proved_at,
            code_offer=row.code_offer,
        )

    def touch_session(self, key: str, at: dt.datetime) -> None:
        """Remember that the session was used."""
        self._connection.execute(sa.update(sessions).where(sessions.c.key == key).values(seen_at=at))

    def close_session(self, key: str) -> None:
        """End a session; none is no error."""
        self._connection.execute(sa.delete(sessions).where(sessions.c.key == key))

    def close_sessions(self, user_id: int) -> int:
        """End all sessions of a member and return how many there were."""
        return self._connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id)).rowcount

    def note_failure(self, keys: Sequence[str], at: dt.datetime) -> None:
        """Remember a failed login under each key; what is older than a day is forgotten."""
        self._connection.execute(sa.delete(login_failures).where(login_failures.c.at < at - FAILURES_KEPT))
        self._connection.execute(sa.insert(login_failures), [{"key": key, "at": at} for key in keys])

    def failures(self, key: str, since: dt.datetime) -> int:
        """Return how many logins have failed under the key since then."""
        return self._connection.scalar(_FAILURES, {"key": key, "since": since}) or 0

    def views(self, login: str) -> Sequence[SavedView]:
        """Return the member's saved views, by name."""
        statement = sa.select(saved_views).where(saved_views.c.login == login).order_by(saved_views.c.name)
        rows = self._connection.execute(statement)
        return [SavedView(id=row.id, login=row.login, name=row.name, query=row.query) for row in rows]

    def save_view(self, login: str, name: str, query: str) -> None:
        """Keep a view under a name, in place of an older one of that name."""
        self._connection.execute(sa.delete(saved_views).where(saved_views.c.login == login, saved_views.c.name == name))
        self._connection.execute(sa.insert(saved_views), {"login": login, "name": name, "query": query})

    def drop_view(self, login: str, view_id: int) -> None:
        """Forget a view of the member; none is no error."""
        self._connection.execute(
            sa.delete(saved_views).where(saved_views.c.login == login, saved_views.c.id == view_id)
        )


def _user(row: AnyRow) -> User:  # the row's columns are those of `_USERS`
    return User(
        id=row.id,
        login=row.login,
        name=row.name,
        role=StaffRole(row.role),
        password_hash=row.password_hash,
        disabled=row.disabled,
        language=row.language,
        code_secret=row.code_secret,
    )


def _in_clear(column: sa.Column[str | None]) -> sa.ColumnElement[bool]:
    return column.is_not(None) & ~column.startswith(SEALED)


_USERS = sa.select(users)

_SESSION = (
    sa.select(
        sessions.c.key,
        sessions.c.created_at.label("session_created_at"),
        sessions.c.seen_at,
        sessions.c.address,
        sessions.c.pending,
        sessions.c.proved_at,
        sessions.c.code_offer,
        *users.c,
    )
    .join(users, users.c.id == sessions.c.user_id)
    .where(sessions.c.key == sa.bindparam("key"))
)

_FAILURES = sa.select(sa.func.count()).where(
    login_failures.c.key == sa.bindparam("key"), login_failures.c.at >= sa.bindparam("since")
)
