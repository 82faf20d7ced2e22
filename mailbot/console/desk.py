"""What the console works with, and one visit of somebody to one of its pages."""

import datetime as dt
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from mailbot.console.guard import form_token
from mailbot.console.templates import Templates
from mailbot.domain.errors import InputError
from mailbot.domain.file import Records
from mailbot.domain.message import Desk
from mailbot.domain.promise import Promise
from mailbot.domain.staff import Session, StaffRole, User
from mailbot.ports import Teacher
from mailbot.service.accounts import Accounts, is_proved
from mailbot.service.review import Workbench
from mailbot.service.upkeep import UpkeepOptions

if TYPE_CHECKING:
    from mailbot.console.oidc import IdentityProvider

T = TypeVar("T")
LARGEST_ID = 2**31 - 1

PREPARED = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsoleOptions:
    """`url` is the console's public address, "" when it is reached on this machine only.

    `four_eyes` is the amount by currency above which a quote takes two persons. `facts` are shown on the health page,
    with what is an alarm by `upkeep`. `languages` are those that mails are understood in.
    """

    url: str = ""
    hosts: tuple[str, ...] = ("127.0.0.1", "localhost", "[::1]")
    promise: Promise = field(default_factory=Promise)
    four_eyes: Mapping[str, Decimal] = field(default_factory=dict)
    facts: Sequence[tuple[str, str]] = ()
    languages: Sequence[str] = ()
    upkeep: UpkeepOptions = field(default_factory=UpkeepOptions)

    @property
    def https(self) -> bool:
        """Whether browsers come by HTTPS."""
        return self.url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The name of the session's cookie; the prefix binds it to this host and to HTTPS (RFC 6265bis)."""
        return "__Host-mailbot" if self.https else "mailbot"


class Prepared:
    """Imports between the look and the yes, the newest few of this process."""

    def __init__(self) -> None:
        self._kept: OrderedDict[str, tuple[Records, Desk]] = OrderedDict()
        self._lock = threading.Lock()

    def keep(self, prepared: tuple[Records, Desk]) -> str:
        """Return the name under which the import can be taken."""
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[key] = prepared
            while len(self._kept) > PREPARED:
                self._kept.popitem(last=False)
        return key

    def take(self, key: str) -> tuple[Records, Desk] | None:
        """Return the import, once; None when it is not there any more."""
        with self._lock:
            return self._kept.pop(key, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Console:
    """Everything that pages need. `read` opens a connection for read models; `provider` vouches for staff, if any.

    `teacher` takes over what they teach.
    """

    bench: Workbench
    accounts: Accounts
    read: Callable[[], AbstractContextManager[sa.Connection]]
    templates: Templates
    options: ConsoleOptions
    provider: "IdentityProvider | None" = None
    teacher: Teacher | None = None
    prepared: Prepared = field(default_factory=Prepared)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request. `secret` is the cookie's value; `session` None for who is not logged in."""

    console: Console
    request: Request
    secret: str
    session: Session | None
    form: FormData
    language: str
    now: dt.datetime

    @property
    def address(self) -> str:
        """Where the request comes from, as far as the web server tells."""
        return self.request.client.host if self.request.client else "-"

    @property
    def proved(self) -> bool:
        """Whether the visitor has shown just now who they are."""
        return self.session is not None and is_proved(self.console.accounts, self.session)

    @property
    def user(self) -> User:
        """Who visits; only pages with a role are asked for it."""
        assert self.session is not None  # noqa: S101  # the route's role has been checked
        return self.session.user

    def may(self, role: str) -> bool:
        """Whether the visitor may do what the role may."""
        return self.session is not None and self.session.user.role.includes(StaffRole(role))

    def page(self, template: str, status: int = 200, **context: object) -> Response:
        """Return a page."""
        shared = {"visit": self, "user": self.session and self.session.user, "token": form_token(self.secret)}
        text = self.console.templates.render(template, self.language, {**shared, **context})
        return HTMLResponse(text, status_code=status)

    def go(self, path: str) -> Response:
        """Return the way to another page, after something has been done."""
        return RedirectResponse(path, status_code=303)

    def value(self, name: str) -> str:
        """Return a field of the form as text, "" when it is not there."""
        found = self.form.get(name, "")
        return found if isinstance(found, str) else ""

    def values(self, name: str) -> list[str]:
        """Return all fields of this name."""
        return [value for value in self.form.getlist(name) if isinstance(value, str)]

    def asked(self, name: str) -> str:
        """Return a parameter of the address, "" when it is not there."""
        return self.request.query_params.get(name, "")

    def part(self, name: str) -> str:
        """Return a part of the path."""
        return str(self.request.path_params[name])

    def number(self, name: str) -> int:
        """Return a part of the path that is a number; KeyError for one that no row can have."""
        number = int(self.request.path_params[name])
        if number > LARGEST_ID:
            raise KeyError(number)
        return number


def one_of(text: str, convert: Callable[[str], T], what: str) -> T:
    """Return the converted text; InputError naming what it should have been."""
    try:
        return convert(text)
    except ValueError as error:
        raise InputError(f"{text!r} is no {what}") from error
