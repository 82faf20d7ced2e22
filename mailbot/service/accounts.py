"""Accounts of staff: passwords, logins and sessions. The same answer for a wrong name and a wrong password."""

import datetime as dt
import hashlib
import secrets
from dataclasses import dataclass

from mailbot.domain.errors import Forbidden, InputError
from mailbot.domain.staff import Session, StaffRole, User
from mailbot.ports import Clock, OneTimeCodes, PasswordHasher, Store, UnitOfWork
from mailbot.service.staff import require

SHORTEST_PASSWORD = 12
SEEN_EVERY = dt.timedelta(minutes=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountOptions:
    """How long a session holds unused and in all, and how many logins may fail in a time.

    What takes a proof takes one that is no older than `proof_holds`.
    """

    idle: dt.timedelta = dt.timedelta(hours=1)
    longest: dt.timedelta = dt.timedelta(hours=12)
    failures_per_account: int = 5
    failures_per_address: int = 20
    failures_within: dt.timedelta = dt.timedelta(minutes=15)
    proof_holds: dt.timedelta = dt.timedelta(minutes=5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """What accounts need."""

    store: Store
    hasher: PasswordHasher
    codes: OneTimeCodes
    clock: Clock
    options: AccountOptions


@dataclass(frozen=True, slots=True)
class Entry:
    """A new session's `secret`, for the browser to keep; `pending`: the code of the second factor is still wanted."""

    secret: str
    pending: bool


def log_in(accounts: Accounts, login: str, password: str, address: str) -> Entry:
    """Return the new session of who knows the password.

    Raises Forbidden, in the same words whether name or password is wrong, and after too many failures.
    """
    now, keys = accounts.clock(), _keys(login, address)
    with accounts.store.begin() as uow:
        _refuse_many(accounts, uow, keys, now)
        user = uow.staff.find(login)
    known = user is not None and not user.disabled
    right = accounts.hasher.verify(user.password_hash if user and known else None, password)
    with accounts.store.begin() as uow:
        if user is None or not known or not right:
            _fail(uow, keys, now, address)
            raise Forbidden("name or password is wrong")
        return _enter(uow, user, address, now, pending=user.code_secret is not None)


def log_in_as(accounts: Accounts, login: str, address: str) -> Entry:
    """Return the new session of somebody whom a provider of identities vouches for; Forbidden for who is not staff.

    The provider has asked for what it wants to know; no second factor is asked for here.
    """
    now = accounts.clock()
    with accounts.store.begin() as uow:
        user = uow.staff.find(login)
        if user is None or user.disabled:
            _fail(uow, _keys(login, address), now, address)
            raise Forbidden("name or password is wrong")
        return _enter(uow, user, address, now, pending=False)


def give_code(accounts: Accounts, secret: str, code: str, address: str) -> Entry:
    """Return the session that takes the place of a pending one; Forbidden for a wrong code, and after too many."""
    now = accounts.clock()
    with accounts.store.begin() as uow:
        session = uow.staff.session(session_key(secret))
        if session is None or not session.pending or _is_over(accounts, session):
            raise Forbidden("name or password is wrong")
        keys = _keys(session.user.login, address)
        _refuse_many(accounts, uow, keys, now)
        if not _is_right(accounts, uow, session.user, code):
            _fail(uow, keys, now, address)
            raise Forbidden("the code is wrong")
        uow.staff.close_session(session.key)
        return _enter(uow, session.user, address, now, pending=False)


def is_proved(accounts: Accounts, session: Session) -> bool:
    """Whether the member has shown just now who they are."""
    return session.proved_at is not None and accounts.clock() - session.proved_at <= accounts.options.proof_holds


def prove(accounts: Accounts, session: Session, password: str, code: str) -> None:
    """The member has shown again who they are: by the password, and by a code if they have a second factor.

    Raises Forbidden otherwise, and after too many failures.
    """
    now, user, keys = accounts.clock(), session.user, _keys(session.user.login, session.address)
    with accounts.store.begin() as uow:
        _refuse_many(accounts, uow, keys, now)
    right = accounts.hasher.verify(user.password_hash, password)
    with accounts.store.begin() as uow:
        if not right or (user.code_secret is not None and not _is_right(accounts, uow, user, code)):
            _fail(uow, keys, now, session.address)
            raise Forbidden("name or password is wrong")
        uow.staff.prove_session(session.key, now)
        uow.audit.append(at=now, actor=user.login, kind="Proved", subject=user.login)
        uow.commit()


def offer_code(accounts: Accounts, session: Session) -> str:
    """Return the secret of a second factor that the session may confirm, the same one until it has."""
    if session.code_offer is not None and (offered := accounts.codes.reveal(session.code_offer)) is not None:
        return offered
    sealed = accounts.codes.new_secret()
    with accounts.store.begin() as uow:
        uow.staff.offer_code(session.key, sealed)
        uow.commit()
    secret = accounts.codes.reveal(sealed)
    assert secret is not None  # noqa: S101  # sealed above
    return secret


def confirm_code(accounts: Accounts, session: Session, code: str) -> None:
    """From now on the member logs in with codes of the offered secret; InputError for a code that is not of it."""
    now = accounts.clock()
    step = accounts.codes.step_of(session.code_offer or "", code, now) if session.code_offer else None
    if step is None:
        raise InputError("the code does not fit; look at the clock of your telephone, and enter the newest code")
    with accounts.store.begin() as uow:
        uow.staff.change(session.user.id, code_secret=session.code_offer)
        uow.staff.use_code(session.user.id, step)
        uow.staff.offer_code(session.key, None)
        uow.audit.append(at=now, actor=session.user.login, kind="SecondFactorAdded", subject=session.user.login)
        uow.commit()


def drop_code(accounts: Accounts, login: str, *, actor: str) -> None:
    """The member logs in without a second factor from now on (the telephone was lost)."""
    with accounts.store.begin() as uow:
        user = _known(uow.staff.find(login), login)
        uow.staff.change(user.id, code_secret="")
        uow.audit.append(at=accounts.clock(), actor=actor, kind="SecondFactorRemoved", subject=user.login)
        uow.commit()


def current_session(accounts: Accounts, secret: str) -> Session | None:
    """Return the session of this secret while it holds, a pending one too; None when it is over."""
    now = accounts.clock()
    with accounts.store.begin() as uow:
        session = uow.staff.session(session_key(secret))
        if session is None:
            return None
        if _is_over(accounts, session) or session.user.disabled:
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


def _keys(login: str, address: str) -> tuple[str, str]:
    return f"account:{login.strip().casefold()[:200]}", f"address:{address}"


def _refuse_many(accounts: Accounts, uow: UnitOfWork, keys: tuple[str, str], now: dt.datetime) -> None:
    options = accounts.options
    limits = (options.failures_per_account, options.failures_per_address)
    since = now - options.failures_within
    if any(uow.staff.failures(key, since) >= most for key, most in zip(keys, limits, strict=True)):
        raise Forbidden("too many attempts; wait a quarter of an hour, or ask an administrator")


def _fail(uow: UnitOfWork, keys: tuple[str, str], now: dt.datetime, address: str) -> None:
    uow.staff.note_failure(keys, now)
    uow.audit.append(at=now, actor="-", kind="LoginFailed", subject=keys[0], data={"address": address})
    uow.commit()


def _enter(uow: UnitOfWork, user: User, address: str, now: dt.datetime, *, pending: bool) -> Entry:
    secret = secrets.token_urlsafe(32)
    uow.staff.open_session(user, session_key(secret), address, now, pending=pending)
    if not pending:
        uow.audit.append(at=now, actor=user.login, kind="LoggedIn", subject=user.login, data={"address": address})
    uow.commit()
    return Entry(secret, pending)


def _is_over(accounts: Accounts, session: Session) -> bool:
    now, options = accounts.clock(), accounts.options
    if session.pending:
        return now - session.created_at > options.proof_holds
    return now - session.seen_at > options.idle or now - session.created_at > options.longest


def _is_right(accounts: Accounts, uow: UnitOfWork, user: User, code: str) -> bool:
    """Whether the code is the member's, and new: each is good for one time (RFC 6238, section 5.2)."""
    step = accounts.codes.step_of(user.code_secret or "", code, accounts.clock()) if user.code_secret else None
    return step is not None and uow.staff.use_code(user.id, step)


def _known(user: User | None, login: str) -> User:
    if user is None:
        raise InputError(f"{login}: there is no user of this name; see `mailbot users list`")
    return user


def _checked(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise InputError(f"the password is too short: at least {SHORTEST_PASSWORD} characters, the longer the better")
    return password
