"""Accounts of staff: passwords, logins and sessions. The same answer for a wrong name and a wrong password."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from mailbot.domain.errors import Forbidden, InputError
from mailbot.domain.staff import Session, StaffRole, User
from mailbot.ports import Clock, PasswordHasher, Store
from mailbot.service.staff import require

SHORTEST_PASSWORD = 12
SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """How long a session holds unused and in all, and how many logins may fail in a time."""

    idle: dt.timedelta = dt.timedelta(hours=1)
    longest: dt.timedelta = dt.timedelta(hours=12)
    failures_per_account: int = 5
    failures_per_address: int = 20
    failures_within: dt.timedelta = dt.timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What accounts need."""

    store: Store
    hasher: PasswordHasher
    clock: Clock
    options: AccountOptions


def log_in(accounts: Accounts, login: str, password: str, address: str) -> str:
    """Return the secret of a new session, for the browser to keep.

    Raises Forbidden, in the same words whether name or password is wrong, and after too many failures.
    """
    now, options = accounts.clock(), accounts.options
    keys = (f"account:{login.strip().casefold()[:200]}", f"address:{address}")
    with accounts.store.begin() as uow:
        since = now - options.failures_within
        limits = (options.failures_per_account, options.failures_per_address)
        if any(uow.staff.failures(key, since) >= most for key, most in zip(keys, limits, strict=True)):
            raise Forbidden("too many attempts; wait a quarter of an hour, or ask an administrator")
        user = uow.staff.find(login)
    known = user is not None and not user.disabled
    right = accounts.hasher.verify(user.password_hash if user and known else None, password)
    with accounts.store.begin() as uow:
        if user is None or not known or not right:
            uow.staff.note_failure(keys, now)
            uow.audit.append(at=now, actor="-", kind="LoginFailed", subject=keys[0], data={"address": address})
            uow.commit()
            raise Forbidden("name or password is wrong")
        secret = secrets.token_urlsafe(32)
        uow.staff.open_session(user, session_key(secret), address, now)
        uow.audit.append(at=now, actor=user.login, kind="LoggedIn", subject=user.login, data={"address": address})
        uow.commit()
    return secret


def current_session(accounts: Accounts, secret: str) -> Session | None:
    """Return the session of this secret while it holds; None when it is over."""
    now, options = accounts.clock(), accounts.options
    with accounts.store.begin() as uow:
        session = uow.staff.session(session_key(secret))
        if session is None:
            return None
        over = now - session.seen_at > options.idle or now - session.created_at > options.longest
        if over or session.user.disabled:
            uow.staff.close_session(session.key)
            uow.commit()
            return None
        if now - session.seen_at >= SEEN_EVERY:
            uow.staff.touch_session(session.key, now)
            uow.commit()
    return session


def log_out(accounts: Accounts, session: Session) -> None:
    """The session is over."""
    with accounts.store.begin() as uow:
        uow.staff.close_session(session.key)
        uow.audit.append(at=accounts.clock(), actor=session.user.login, kind="LoggedOut", subject=session.user.login)
        uow.commit()


def add_user(accounts: Accounts, login: str, name: str, role: StaffRole, password: str, *, actor: str) -> User:
    """Return the new member of staff; InputError for a name that is taken or a password that is too short."""
    if not login.strip() or any(character.isspace() for character in login.strip()):
        raise InputError(f"{login!r}: a login is one word, for example anna")
    with accounts.store.begin() as uow:
        user = uow.staff.add(
            login=login,
            name=name or login,
            role=role,
            password_hash=accounts.hasher.hash(_checked(password)),
            at=accounts.clock(),
        )
        data = {"role": role.value}
        uow.audit.append(at=accounts.clock(), actor=actor, kind="UserAdded", subject=user.login, data=data)
        uow.commit()
    return user


def set_password(accounts: Accounts, login: str, password: str, *, actor: str) -> None:
    """The password is changed and all sessions of the member are over."""
    hashed = accounts.hasher.hash(_checked(password))
    with accounts.store.begin() as uow:
        user = _known(uow.staff.find(login), login)
        uow.staff.change(user.id, password_hash=hashed)
        uow.audit.append(at=accounts.clock(), actor=actor, kind="PasswordChanged", subject=user.login)
        uow.commit()


def set_role(accounts: Accounts, login: str, role: StaffRole, *, actor: str) -> None:
    """The member has this role from the next page on."""
    with accounts.store.begin() as uow:
        user = _known(uow.staff.find(login), login)
        uow.staff.change(user.id, role=role)
        data = {"role": role.value}
        uow.audit.append(at=accounts.clock(), actor=actor, kind="RoleChanged", subject=user.login, data=data)
        uow.commit()


def set_disabled(accounts: Accounts, login: str, *, disabled: bool, by: User) -> None:
    """The member may log in no more, or again; whoever is disabled is logged out at once."""
    require(by, StaffRole.ADMINISTRATOR)
    if login == by.login:
        raise InputError("you cannot disable yourself; ask another administrator")
    with accounts.store.begin() as uow:
        user = _known(uow.staff.find(login), login)
        uow.staff.change(user.id, disabled=disabled)
        kind = "UserDisabled" if disabled else "UserEnabled"
        uow.audit.append(at=accounts.clock(), actor=by.login, kind=kind, subject=user.login)
        uow.commit()


def session_key(secret: str) -> str:
    """Return what the database keeps of a session's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _known(user: User | None, login: str) -> User:
    if user is None:
        raise InputError(f"{login}: there is no user of this name; see `mailbot users list`")
    return user


def _checked(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"the password is too short: at least {SHORTEST_PASSWORD} characters, the longer the better")
    return password
