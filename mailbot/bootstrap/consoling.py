"""The console of an installation, over the same store, understanding and renderer as the service."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from functools import lru_cache
from types import MappingProxyType
from urllib.parse import urlsplit

from argon2 import Parameters
from argon2.profiles import RFC_9106_LOW_MEMORY
from starlette.applications import Starlette

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer, reply_domain
from mailbot.bootstrap.signing import desk_signer
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.console.app import make_app
from mailbot.console.desk import Console, ConsoleOptions
from mailbot.console.passwords import Argon2Hasher
from mailbot.console.searching import kept_searchable
from mailbot.console.server import listen, serve, serving
from mailbot.console.templates import Templates
from mailbot.domain.decision import Decision
from mailbot.domain.errors import SetupError
from mailbot.domain.message import InboundMessage
from mailbot.domain.promise import Promise
from mailbot.ports import Clock, RecordsFor, ReplyRenderer, Understanding
from mailbot.service.accounts import AccountOptions, Accounts
from mailbot.service.review import Workbench
from mailbot.settings import ConsoleSettings
from mailbot.store import SqlStore

MAILS_REMEMBERED = 256


class RememberingUnderstanding:
    """The desk's understanding (ports.Understanding), which does not read the same bytes twice."""

    def __init__(self, desk: Understanding) -> None:
        self._desk = desk
        self._read = lru_cache(maxsize=MAILS_REMEMBERED)(desk.read)

    def read(self, raw: bytes) -> InboundMessage:
        """Return the message as the desk reads it."""
        return self._read(raw)

    def decide(
        self,
        thread: Sequence[InboundMessage],
        records_for: RecordsFor,
        corrections: Mapping[str, str] = MappingProxyType({}),
    ) -> Decision:
        """Return what the desk decides."""
        return self._desk.decide(thread, records_for, corrections)


def serve_console(installation: Installation, announce: Callable[[str], None]) -> None:
    """Serve the console alone until SIGTERM or SIGINT, its address announced; SetupError for what is to be mended."""
    settings = installation.settings.console
    with open_desk_store(installation) as store:
        with store.begin() as uow:
            desk = installation.desk(uow.records.desk())
        with desk_understanding(installation, desk, lambda: utc_now().date()) as understanding:
            render = desk_renderer(installation, desk, signer=desk_signer(installation))
            app = console_app(installation, store, understanding, render, utc_now)
            listening = listen(settings.host, settings.port or 0)
            with kept_searchable(app.state.console):
                serve(app, listening, lambda address: announce(settings.url or address))


@contextmanager
def running_console(
    installation: Installation, understanding: Understanding, render: ReplyRenderer, clock: Clock
) -> Iterator[str]:
    """Serve the console for the time of the block beside the service that uses the same parts; gives its address."""
    settings = installation.settings.console
    with open_desk_store(installation, clock) as store:
        app = console_app(installation, store, understanding, render, clock)
        listening = listen(settings.host, settings.port or 0)
        with kept_searchable(app.state.console), serving(app, listening) as address:
            yield settings.url or address


def console_app(
    installation: Installation,
    store: SqlStore,
    understanding: Understanding,
    render: ReplyRenderer,
    clock: Clock,
    *,
    passwords: Parameters = RFC_9106_LOW_MEMORY,
) -> Starlette:
    """Return the application (ASGI) over these parts."""
    settings = installation.settings.console
    bench = Workbench(
        store=store,
        understanding=RememberingUnderstanding(understanding),
        render=render,
        clock=clock,
        domain=reply_domain(installation),
        hold=dt.timedelta(seconds=settings.undo_seconds),
    )
    return make_app(
        Console(
            bench=bench,
            accounts=desk_accounts(installation, store, clock, passwords),
            read=store.read,
            templates=Templates(installation.files),
            options=_options(installation, settings),
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
    return Accounts(store=store, hasher=Argon2Hasher(passwords), clock=clock, options=options)


def _options(installation: Installation, settings: ConsoleSettings) -> ConsoleOptions:
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
        four_eyes={currency: Decimal(limit) for currency, limit in settings.four_eyes.items()},
        facts=(
            ("desk", installation.settings.desk.address),
            ("policy", installation.policy_pack.version),
            *(("mailbox", f"{box.account} ({box.user} at {box.host})") for box in installation.settings.mailboxes),
        ),
    )
