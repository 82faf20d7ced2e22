"""The console of an installation, over the same store, understanding and renderer as the service."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from starlette.applications import Starlette

from mailbot.bootstrap.desking import OpenDesk, open_desk
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.keys import second_factor_seal
from mailbot.bootstrap.watching import upkeep_options
from mailbot.console.app import make_app
from mailbot.console.codes import TimeCodes
from mailbot.console.desk import Console, ConsoleOptions
from mailbot.console.passwords import Argon2Hasher
from mailbot.console.searching import kept_searchable
from mailbot.console.server import listen, serve, serving
from mailbot.console.templates import Templates
from mailbot.domain.decision import Decision
from mailbot.domain.errors import SetupError
from mailbot.domain.message import Desk, InboundMessage
from mailbot.domain.promise import Promise
from mailbot.ports import Clock, RecordsFor, Understanding
from mailbot.service.accounts import AccountOptions, Accounts
from mailbot.settings import OidcSettings
from mailbot.store import SqlStore

if TYPE_CHECKING:
    from mailbot.console.oidc import IdentityProvider

MAILS_REMEMBERED = 256


class RememberingUnderstanding:
    """The desk's understanding (ports.Understanding), which does not read the same bytes twice for the same desk."""

    def __init__(self, inner: Understanding, current: Callable[[], Desk]) -> None:
        self._inner = inner
        self._current = current
        self._read = lru_cache(maxsize=MAILS_REMEMBERED)(lambda raw, desk: inner.read(raw))

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as the desk reads it."""
        return self._read(raw, self._current())

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what the desk decides."""
        return self._inner.decide(thread, records_for, corrections)


def serve_console(installation: Installation, announce: Callable[[str], None]) -> None:
    """Serve the console alone until SIGTERM or SIGINT, its address announced; SetupError for what is to be mended."""
    settings = installation.settings.console
    with open_desk(installation) as desk:
        app = console_app(desk)
        listening = listen(settings.host, settings.port or 0)
        with kept_searchable(app.state.console):
            serve(app, listening, lambda address: announce(settings.url or address))


@contextmanager
def running_console(desk: OpenDesk) -> Iterator[str]:
    """Serve the console for the time of the block beside the service on the same desk; gives its address."""
    settings = desk.installation.settings.console
    app = console_app(desk)
    listening = listen(settings.host, settings.port or 0)
    with kept_searchable(app.state.console), serving(app, listening) as address:
        yield settings.url or address


def console_app(desk: OpenDesk, *, passwords: Parameters = RFC_9106_LOW_MEMORY) -> Starlette:
    """Return the application (ASGI) on this desk."""
    installation, settings = desk.installation, desk.installation.settings.console
    bench = desk.workbench(hold=dt.timedelta(seconds=settings.undo_seconds))
    return make_app(
        Console(
            bench=replace(bench, understanding=RememberingUnderstanding(desk.understanding, desk.store.imported_desk)),
            accounts=desk_accounts(installation, desk.store, desk.clock, passwords),
            read=desk.store.read,
            templates=Templates(installation.files),
            options=_options(desk),
            teacher=desk.teacher,
            provider=_provider(installation.settings.oidc),
        )
    )


def desk_accounts(
    installation: Installation, store: SqlStore, clock: Clock, passwords: Parameters = RFC_9106_LOW_MEMORY
) -> Accounts:
    """Return what the accounts of staff need."""
    settings = installation.settings.console
    options = AccountOptions(
        idle=dt.timedelta(minutes=settings.idle_minutes), longest=dt.timedelta(hours=settings.longest_hours)
    )
    codes = TimeCodes(second_factor_seal(installation))
    return Accounts(store=store, hasher=Argon2Hasher(passwords), codes=codes, clock=clock, options=options)


def _options(desk: OpenDesk) -> ConsoleOptions:
    installation, settings = desk.installation, desk.installation.settings.console
    own = ("127.0.0.1", "localhost", "[::1]")
    host = urlsplit(settings.url).hostname if settings.url else None
    if not settings.url and settings.host not in ("127.0.0.1", "localhost", "::1"):
        raise SetupError(
            f"console.url must be set when the console listens on {settings.host}, not on this machine only"
        )
    return ConsoleOptions(
        url=settings.url,
        hosts=(host, *own) if host else own,
        promise=Promise(days=installation.policy_pack.review_days[1], holidays=frozenset(settings.holidays)),
        four_eyes=desk.four_eyes,
        languages=sorted({name.partition("/")[0] for name in installation.files.files("config/languages", "*.toml")}),
        upkeep=upkeep_options(installation, desk.clock()),
        facts=(
            ("desk", installation.settings.desk.address),
            ("policy", installation.policy_pack.version),
            *(("mailbox", f"{box.account} ({box.user} at {box.host})") for box in installation.settings.mailboxes),
        ),
    )


def _provider(settings: OidcSettings) -> "IdentityProvider | None":
    if not settings.issuer:
        return None
    if settings.client_secret is None:
        raise SetupError("oidc.client_secret is not set: name a file in oidc.client_secret_file")
    from mailbot.console.oidc import IdentityProvider  # loaded here: a console without a provider does without

    return IdentityProvider(
        name=settings.name,
        issuer=settings.issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret.reveal(),
        claim=settings.claim,
        scopes=" ".join(("openid", *settings.scopes)),
    )
