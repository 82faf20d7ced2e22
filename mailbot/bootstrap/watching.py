"""How an installation is watched: its monitor, who is told of alarms, room on its disk, and whether it is at home."""

import contextlib
import datetime as dt
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import structlog

from mailbot import monitor, scheduler
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.logins import secret_ends
from mailbot.bootstrap.servers import mailbox_keys
from mailbot.mail.alarms import by_all, by_mail, by_webhook
from mailbot.ports import Clock, Messenger, Store, Transport
from mailbot.service.switches import HALT
from mailbot.service.upkeep import UpkeepOptions
from mailbot.store.engine import parse_url

log = structlog.get_logger(__name__)


def upkeep_options(installation: Installation, since: dt.datetime) -> UpkeepOptions:
    """Return when it is an alarm, for a service that has run `since` then."""
    settings = installation.settings
    return UpkeepOptions(
        longest_wait=dt.timedelta(minutes=settings.monitoring.longest_wait_minutes),
        longest_queue=settings.monitoring.longest_queue,
        silence=dt.timedelta(minutes=settings.monitoring.silence_minutes),
        mailboxes=[key for box in settings.mailboxes for key in mailbox_keys(box)],
        since=since,
        expiries=secret_ends(installation),
    )


def alarm_messenger(installation: Installation, transport: Transport) -> Messenger | None:
    """Return what tells of alarms as the settings want it, None when nobody is to be told."""
    settings = installation.settings
    messengers = []
    if settings.monitoring.mail_to:
        messengers.append(by_mail(transport, settings.desk.address, settings.monitoring.mail_to))
    if settings.monitoring.webhook:
        messengers.append(by_webhook(settings.monitoring.webhook))
    return by_all(messengers)


def room_on_disk(installation: Installation) -> Callable[[], bool]:
    """Return what tells whether the disk of a SQLite database can take more mail; a server looks after its own."""
    url = parse_url(installation.database_url)
    least = installation.settings.monitoring.free_megabytes * 1_000_000
    if url.get_backend_name() != "sqlite":
        return lambda: True
    folder = Path(url.database or "").parent
    return lambda: shutil.disk_usage(folder).free >= least


@contextlib.contextmanager
def monitor_if_wanted(installation: Installation, service: scheduler.Service) -> Iterator[None]:
    """Answer what machines ask for the time of the block, where the settings name a port."""
    settings = installation.settings.monitoring
    if settings.port is None:
        yield
        return
    watched = monitor.Monitor(service.store, service.clock, service.upkeep, service.has_room)
    with monitor.serving(watched, settings.host, settings.port) as port:
        log.info("monitor", host=settings.host, port=port)
        yield


def halt_unless_at_home(store: Store, clock: Clock) -> None:
    """A database that is a copy of the one that the service ran on last is halted, before it does anything."""
    with store.begin() as uow:
        known, actual = uow.home.identity(), uow.home.actual()
        if known is None:
            uow.home.settle(clock())
        elif known != actual:
            uow.switches.turn(HALT, on=True, by="machine", at=clock())
            log.error("desk_is_halted", reason="the database is a copy, or was moved; look, then run `mailbot resume`")
        uow.commit()
