"""The service of an installation: the scheduler's threads over the real store, mail servers and renderer."""

import datetime as dt
import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from functools import partial
from typing import Literal

import structlog

from mailbot import scheduler
from mailbot.bootstrap.desking import OpenDesk, Wrapper, as_it_is, open_desk
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.logging import write_log
from mailbot.bootstrap.servers import archive_mailbox, imap_account, mailbox_keys, smtp_account
from mailbot.bootstrap.storing import utc_now
from mailbot.bootstrap.watching import (
    alarm_messenger,
    halt_unless_at_home,
    monitor_if_wanted,
    room_on_disk,
    upkeep_options,
)
from mailbot.domain.errors import SetupError
from mailbot.mail.imap import open_mailbox
from mailbot.mail.smtp import SmtpTransport
from mailbot.ports import Clock
from mailbot.service.budget import ReplyBudget
from mailbot.service.deliver import DeliverOptions
from mailbot.service.process import ProcessOptions
from mailbot.service.receive import ReceiveOptions
from mailbot.service.remind import RemindOptions
from mailbot.settings import LimitSettings, MailboxSettings
from mailbot.store import exclusive_service_lock, serves_many
from mailbot.store.wake_up import listen

LONGEST_TURN = 30.0
"""After so many seconds without a sign of life a mailbox goes to another worker: the mails wait so long."""

GIL_SECONDS = 0.0005
"""After so long a thread that computes lets one go on that has just had an answer of a server or the database. By the
interpreter's own 5 ms, a reply of seven exchanges left 35 ms later than it could while another mail was read."""


def serve(installation: Installation) -> None:
    """Run the service until SIGTERM or SIGINT; SetupError when something is to be mended first."""
    write_log(installation.settings.log, sys.stderr)
    sys.setswitchinterval(GIL_SECONDS)
    with (
        _desk_at_home(installation, utc_now, as_it_is) as desk,
        monitor_if_wanted(installation, service := _service(desk)),
        _console_if_wanted(desk),
    ):
        gc.collect()
        gc.freeze()  # the knowledge of all languages stays: to look through it again and again took 0.6 ms a mail
        scheduler.serve(service)


@contextmanager
def running_desk(installation: Installation, clock: Clock, wrap: Wrapper) -> Iterator[OpenDesk]:
    """Run the service on the desk for the time of the block; `wrap` may look on while it understands."""
    with _desk_at_home(installation, clock, wrap) as desk, scheduler.running(_service(desk)):
        yield desk


@contextmanager
def _desk_at_home(installation: Installation, clock: Clock, wrap: Wrapper) -> Iterator[OpenDesk]:
    """Open the desk for this service alone; a copied database is halted before anything is done with it."""
    if not installation.settings.mailboxes:
        raise SetupError("no mailbox to read: add a [[mailboxes]] block to config/mailbot.toml")
    with exclusive_service_lock(installation.database_url), open_desk(installation, clock, wrap) as desk:
        halt_unless_at_home(desk.store, clock)
        yield desk


@contextmanager
def _console_if_wanted(desk: OpenDesk) -> Iterator[None]:
    if desk.installation.settings.console.port is None:
        yield
        return
    from mailbot.bootstrap.consoling import running_console  # loaded here: a desk without console does without

    with running_console(desk) as address:
        structlog.get_logger(__name__).info("console", address=address)
        yield


def _service(desk: OpenDesk) -> scheduler.Service:
    installation, settings = desk.installation, desk.installation.settings
    outgoing = smtp_account(installation)
    transport = SmtpTransport(outgoing)
    many = serves_many(installation.database_url)
    return scheduler.Service(
        store=desk.store,
        understanding=desk.understanding,
        render=desk.render,
        transport=transport,
        clock=desk.clock,
        mailboxes=[watched for box in settings.mailboxes for watched in _watched(installation, box)],
        process=ProcessOptions(
            domain=desk.domain,
            lease_seconds=settings.intake.lease_seconds,
            budget=_budget(settings.limits),
            hold=dt.timedelta(seconds=settings.sending.hold_seconds),
            archives=bool(settings.sending.archive),
        ),
        remind=RemindOptions(
            domain=desk.domain,
            after=settings.reminders.after_business_days,
            budget=_budget(settings.limits),
        ),
        deliver=DeliverOptions(
            sender=settings.desk.address,
            lease_seconds=settings.intake.lease_seconds,
            dot_seconds=outgoing.dot_timeout,
            first_retry=dt.timedelta(seconds=settings.sending.first_retry_seconds),
            resend_after=dt.timedelta(seconds=settings.sending.resend_seconds),
            archives=bool(settings.sending.archive),
            per_domain=settings.sending.per_domain,
            give_up=dt.timedelta(hours=settings.sending.give_up_hours),
        ),
        upkeep=upkeep_options(installation, desk.clock()),
        has_room=room_on_disk(installation),
        messenger=alarm_messenger(installation, transport),
        processors=settings.intake.processors,
        archive=archive_mailbox(installation),
        tick_seconds=settings.intake.tick_seconds,
        turn_seconds=min(settings.intake.lease_seconds, LONGEST_TURN) if many else None,
        listen=partial(listen, installation.database_url) if many else None,
    )


def _watched(installation: Installation, box: MailboxSettings) -> Iterator[scheduler.Watched]:
    account = imap_account(installation, box)
    for key in mailbox_keys(box):
        yield scheduler.Watched(
            key=key,
            open=partial(open_mailbox, account, key),
            receive=ReceiveOptions(since=_since(box.since)),
            poll_seconds=installation.settings.intake.poll_seconds,
        )


def _since(written: str) -> Literal["now", "all"] | dt.date:
    match written:
        case "now" | "all":
            return written
        case day:
            return dt.date.fromisoformat(day)


def _budget(limits: LimitSettings) -> ReplyBudget:
    return ReplyBudget(
        per_address_and_hour=limits.replies_per_address_hour,
        per_address_and_day=limits.replies_per_address_day,
        per_domain_and_day=limits.replies_per_domain_day,
        in_all_per_hour=limits.replies_per_hour,
        without_news_per_day=limits.replies_without_news_day,
        without_news_per_domain_day=limits.replies_without_news_domain_day,
        burst=limits.replies_in_burst,
        quoted_per_day={code: Decimal(limit) for code, limit in limits.quoted_per_address_day.items()},
    )
