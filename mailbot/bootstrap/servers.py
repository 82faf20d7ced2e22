"""The mail servers of the settings, as the adapters in `mailbot.mail` want them."""

from collections.abc import Callable
from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.logins import bearer
from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import SetupError
from mailbot.mail.archive import ImapArchive
from mailbot.mail.imap_session import Filing, ImapAccount
from mailbot.mail.smtp import SmtpAccount
from mailbot.mail.tls import Login, Server
from mailbot.settings import MailboxSettings, Secret, SmtpSettings, variable_of

COMMAND_FACTOR = 5  # an IMAP command may take so many times longer than the wait for its first byte
DOT_FACTOR = 10  # the answer to the final dot may take so many times longer than others (RFC 5321, 4.5.3.2)


def imap_account(installation: Installation, box: MailboxSettings) -> ImapAccount:
    """Return how the account is reached and read; SetupError when its password or token is missing."""
    filing, _, target = box.after.partition(":")
    timeout = installation.settings.intake.timeout_seconds
    return ImapAccount(
        server=_server(installation.folder, box, timeout=timeout),
        login=_login(installation, box, f"mailboxes.{box.account}"),
        filing=Filing(filing),
        target=target,
        max_bytes=installation.settings.limits.max_message_bytes,
        deadline=timeout * COMMAND_FACTOR,
    )


def archive_mailbox(installation: Installation) -> ImapArchive | None:
    """Return the folder of sent mail, None when none is kept; SetupError when its account is not one that is read."""
    account, _, folder = installation.settings.sending.archive.partition("/")
    if not account:
        return None
    boxes = {box.account: box for box in installation.settings.mailboxes}
    if account not in boxes:
        raise SetupError(f"sending.archive: no [[mailboxes]] block has the account {account!r}")
    return ImapArchive(imap_account(installation, boxes[account]), folder)


def mailbox_keys(box: MailboxSettings) -> list[MailboxKey]:
    """Return the account's folders that are read."""
    return [MailboxKey(account=box.account, folder=folder) for folder in box.folders]


def smtp_account(installation: Installation) -> SmtpAccount:
    """Return how the next mail server is reached; SetupError when a user is named without password."""
    smtp = installation.settings.smtp
    login = _login(installation, smtp, "smtp") if smtp.user else None
    return SmtpAccount(
        server=_server(installation.folder, smtp, timeout=smtp.timeout_seconds),
        login=login,
        dot_timeout=smtp.timeout_seconds * DOT_FACTOR,
    )


def _server(folder: Path, settings: MailboxSettings | SmtpSettings, *, timeout: float) -> Server:
    return Server(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        ca_file=folder / settings.ca_file if settings.ca_file else None,
        timeout=timeout,
    )


def _login(installation: Installation, settings: MailboxSettings | SmtpSettings, where: str) -> Login:
    if settings.login:
        return bearer(installation, settings.login, settings.user)
    return Login(user=settings.user, secret=_secret(settings.password, where))


def _secret(password: Secret | None, where: str) -> Callable[[], str]:
    if password is None:
        variable = variable_of(where, "password")
        raise SetupError(
            f"{where}: no password; name a file in {where}.password_file, set {variable}, or name one of [[logins]] in "
            f"{where}.login"
        )
    return password.reveal
