"""Checks an installation from the settings to the mail servers; changes nothing but the IMAP folder it may make."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from mailbot.bootstrap.installation import SETTINGS, Installation
from mailbot.domain.errors import MailbotError, SetupError
from mailbot.domain.message import Desk
from mailbot.settings import LoginSettings, MailboxSettings

SECRET_NOTICE = 30  # days before the end of a client secret in which it is to be renewed


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, whether it is in order, and what was seen or is to be mended."""

    subject: str
    in_order: bool
    words: str


def examine(installation: Installation) -> Iterator[Finding]:
    """Yield a finding for each part as it is looked at; what needs broken settings is left out."""
    settings = _look("settings", partial(_settings, installation))
    yield settings
    if not settings.in_order:
        return
    yield _look("policy", partial(_policy, installation))
    yield _look("languages", partial(_languages, installation))
    yield _look("replies", partial(_replies, installation))
    yield _look("signing key", partial(_signing_key, installation))
    database = _look("database", partial(_database, installation))
    yield database
    if database.in_order:
        yield _look("records", partial(_records, installation))
    for login in installation.settings.logins:
        yield _look(f"login {login.name}", partial(_login, installation, login))
    if not installation.settings.mailboxes:
        yield Finding("mailboxes", False, "none: add a [[mailboxes]] block to the settings")
    for box in installation.settings.mailboxes:
        for folder in box.folders:
            yield _look(f"mailbox {box.account}/{folder}", partial(_mailbox, installation, box, folder))
    yield _look("smtp", partial(_smtp, installation))


def _look(subject: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(subject, True, look())
    except MailbotError as error:
        return Finding(subject, False, str(error))


def _settings(installation: Installation) -> str:
    file = installation.files.find(SETTINGS)
    address = installation.settings.desk.address
    return f"{file}, desk {address}"


def _policy(installation: Installation) -> str:
    pack = installation.policy_pack
    return f"{pack.version}, quotes valid for {pack.quote_valid_days} days"


def _languages(installation: Installation) -> str:
    from mailbot.parsers.knowledge import load_mail_knowledge
    from mailbot.parsers.lexicon import load_knowledge

    config = installation.files.as_one_folder("config")
    load_mail_knowledge(config)
    return ", ".join(load_knowledge(config).lexicons)


def _replies(installation: Installation) -> str:
    from mailbot.bootstrap.replying import desk_renderer

    renderer = desk_renderer(installation, installation.desk(Desk()))
    return f"templates and fonts, languages {', '.join(renderer.languages)}"


def _signing_key(installation: Installation) -> str:
    from mailbot.bootstrap.signing import existing_signer, key_file

    signer = existing_signer(installation)
    return signer.public.key_id if signer else f"none yet; the first start makes {key_file(installation)}"


def _database(installation: Installation) -> str:
    from mailbot.store import check_schema, current_revision
    from mailbot.store.engine import parse_url

    url = installation.database_url
    check_schema(url)
    return f"{parse_url(url).render_as_string(hide_password=True)}, schema {current_revision(url)}"


def _records(installation: Installation) -> str:
    from mailbot.bootstrap.storing import open_desk_store

    with open_desk_store(installation) as store, store.begin() as uow:
        book = uow.records.for_requests((), (), ()).price_book
    if not book.prices:
        raise SetupError("no prices on file: run `mailbot import DIR` with prices.csv, entitlements.csv, contacts.csv")
    return f"price book {book.version}, {len(book.products)} products in {', '.join(sorted(book.currencies))}"


def _login(installation: Installation, settings: LoginSettings) -> str:
    from mailbot.bootstrap.logins import bearer_login

    bearer_login(installation, settings).token()
    return f"a token from {settings.provider.value}{_end_of_secret(settings.client_secret_ends)}"


def _end_of_secret(ends: dt.date | None) -> str:
    if ends is None:
        return "; set client_secret_ends, and an alarm rings 30 days before"
    days = (ends - dt.datetime.now(dt.UTC).date()).days
    if days < SECRET_NOTICE:
        raise SetupError(f"the client secret ends on {ends}, in {days} days: make a new one and set both anew")
    return f", client secret good until {ends}"


def _mailbox(installation: Installation, box: MailboxSettings, folder: str) -> str:
    from mailbot.bootstrap.servers import imap_account
    from mailbot.domain.case import MailboxKey
    from mailbot.mail.imap import open_mailbox

    account = imap_account(installation, box)
    open_mailbox(account, MailboxKey(account=box.account, folder=folder)).close()
    return f"login of {box.user} at {account.server}, {box.security.value}"


def _smtp(installation: Installation) -> str:
    from mailbot.bootstrap.servers import smtp_account
    from mailbot.mail.smtp import SmtpTransport

    account = smtp_account(installation)
    transport = SmtpTransport(account)
    try:
        transport.check()
    finally:
        transport.close()
    return f"{account.server}, {account.server.security.value}"
