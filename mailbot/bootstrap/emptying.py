"""Emptying what an installation keeps: of a person on request, of everybody with age."""

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.store.privacy import Erased, erase_person, forget_before


def erase_from_desk(installation: Installation, address: str, *, actor: str, dry_run: bool) -> Erased:
    """The person is erased, the record says so without a name; a dry run only counts."""
    return _emptied(installation, lambda c, now: erase_person(c, address, now), "Erased", actor, dry_run=dry_run)


def forget_old(installation: Installation, *, actor: str, dry_run: bool) -> Erased:
    """What is older than the settings allow is emptied; a dry run only counts."""
    retention = installation.settings.retention

    def forget(connection: sa.Connection, now: dt.datetime) -> Erased:
        return forget_before(
            connection,
            cases_before=now - dt.timedelta(days=retention.case_days),
            machine_mail_before=now - dt.timedelta(days=retention.machine_mail_days),
            at=now,
        )

    return _emptied(installation, forget, "Forgotten", actor, dry_run=dry_run)


def _emptied(
    installation: Installation,
    empty: Callable[[sa.Connection, dt.datetime], Erased],
    kind: str,
    actor: str,
    *,
    dry_run: bool,
) -> Erased:
    with open_desk_store(installation) as store:
        now = utc_now()
        with store.write() as connection:
            done = empty(connection, now)
            if not dry_run:
                connection.commit()
        if dry_run:
            return done
        with store.begin() as uow:
            counts = {"cases": done.cases, "mails": done.mails, "replies": done.replies}
            uow.audit.append(at=now, actor=actor, kind=kind, subject="desk", data=counts)
            uow.commit()
        store.compact()
    return done
