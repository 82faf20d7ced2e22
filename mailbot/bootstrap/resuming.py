"""Halting an installation's desk, and letting it go on after its database was compared with the mail servers."""

import dataclasses
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.servers import archive_mailbox, imap_account, mailbox_keys
from mailbot.bootstrap.storing import open_desk_store, utc_now
from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import InputError
from mailbot.mail.imap import open_mailbox
from mailbot.mail.imap_session import Filing, ImapAccount
from mailbot.ports import Mailbox
from mailbot.service.receive import ReceiveOptions
from mailbot.service.reconcile import Folders, Reconciled, resume
from mailbot.service.switches import HALT


def halt(installation: Installation, *, by: str) -> None:
    """Nothing is read, decided or sent until the desk is resumed."""
    with open_desk_store(installation) as store, store.begin() as uow:
        uow.switches.turn(HALT, on=True, by=by, at=utc_now())
        uow.audit.append(at=utc_now(), actor=by, kind="Halted", subject="desk")
        uow.commit()


def resume_desk(installation: Installation, *, actor: str, dry_run: bool, without_archive: bool) -> Reconciled:
    """The desk goes on; InputError when no archive could tell what has been answered and nobody said to do without."""
    archive = archive_mailbox(installation)
    if archive is None and not without_archive and not dry_run:
        raise InputError(
            "no archive tells what has been answered since (sending.archive): what looks unanswered would be answered "
            "again; set it, or resume with --without-archive"
        )
    with open_desk_store(installation) as store:
        try:
            folders = list(_folders(installation))
            return resume(store, utc_now, archive, folders, actor=actor, dry_run=dry_run)
        finally:
            if archive is not None:
                archive.close()


def _folders(installation: Installation) -> Iterator[Folders]:
    for box in installation.settings.mailboxes:
        account = imap_account(installation, box)
        for key in mailbox_keys(box):
            yield Folders(
                inbox=partial(_opened, account, key),
                receive=ReceiveOptions(since="all"),
                filed=_filed(account, key),
            )


def _filed(account: ImapAccount, key: MailboxKey) -> "Callable[[], closing[Mailbox]] | None":
    if account.filing is not Filing.MOVE:
        return None
    backwards = dataclasses.replace(account, target=key.folder)
    return partial(_opened, backwards, MailboxKey(account=key.account, folder=account.target))


def _opened(account: ImapAccount, key: MailboxKey) -> "closing[Mailbox]":
    return closing[Mailbox](open_mailbox(account, key))
