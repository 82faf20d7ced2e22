"""The settings' sections and keys; what each one means is written in the shipped `config/mailbot.toml`."""

import datetime as dt
import enum
from typing import Annotated

from msgspec import Meta, Struct, field

from mailbot.domain.seller import Seller
from mailbot.email_address import is_email_address
from mailbot.ports.connection import Security

Port = Annotated[int, Meta(ge=0, le=65535)]
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(gt=0)]


class EmailAddress(str):
    """One address; the settings hold no text in its place that is none."""

    __slots__ = ()

    def __new__(cls, text: str) -> "EmailAddress":
        """Refuse what is no address."""
        if not is_email_address(text):
            raise ValueError(f"{text!r} is no e-mail address")
        return super().__new__(cls, text)


class Secret:
    """A password that does not show itself in logs and tracebacks."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the password itself."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(...)"


class DeskSettings(Struct, frozen=True, kw_only=True):
    """Our own identity."""

    address: EmailAddress
    display_name: str
    aliases: tuple[EmailAddress, ...] = ()
    trusted_authserv_ids: tuple[str, ...] = ()
    key_file: str = "secrets/desk-key"


class DatabaseSettings(Struct, frozen=True, kw_only=True):
    """Where everything is kept. The password comes from `password_file` or the environment."""

    url: str = "sqlite:///mailbot.sqlite3"
    password_file: str | None = None
    password: Secret | None = None


class Provider(enum.Enum):
    """Whose token endpoint a login asks."""

    MICROSOFT = "microsoft"
    GOOGLE = "google"
    OTHER = "other"


class Grant(enum.Enum):
    """What a login shows to the token endpoint (RFC 6749, sections 6 and 4.4)."""

    REFRESH_TOKEN = "refresh_token"  # noqa: S105  # the name of a grant
    CLIENT_CREDENTIALS = "client_credentials"


class LoginSettings(Struct, frozen=True, kw_only=True):
    """A login by OAuth 2.0 at mail servers. The secrets come from their files or the environment."""

    name: Annotated[str, Meta(min_length=1)]
    provider: Provider
    client_id: str
    grant: Grant = Grant.REFRESH_TOKEN
    tenant: Annotated[str, Meta(pattern=r"^[A-Za-z0-9.-]+$")] = "organizations"
    token_url: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    authorize_url: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    scopes: tuple[str, ...] = ()
    ca_file: str | None = None
    client_secret_file: str | None = None
    client_secret: Secret | None = None
    client_secret_ends: dt.date | None = None
    refresh_token_file: str | None = None
    refresh_token: Secret | None = None

    def __post_init__(self) -> None:
        """Refuse a login that could ask nobody, or for nothing."""
        if self.provider is Provider.OTHER and not (self.token_url and self.scopes):
            raise ValueError('provider = "other" needs token_url and scopes')
        if self.provider is Provider.GOOGLE and self.grant is Grant.CLIENT_CREDENTIALS:
            raise ValueError('provider = "google" takes grant = "refresh_token" only')


class MailboxSettings(Struct, frozen=True, kw_only=True):
    """One IMAP account that is read. `after`: `nothing`, `move:FOLDER` or `flag:KEYWORD`.

    `login` names one of [[logins]], in the place of a password.
    """

    account: str
    host: str
    user: str
    login: str = ""
    port: Port = 993
    security: Security = Security.TLS
    ca_file: str | None = None
    folders: Annotated[tuple[str, ...], Meta(min_length=1)] = ("INBOX",)
    after: Annotated[str, Meta(pattern=r"^(nothing|(move|flag):.+)$")] = "nothing"
    since: Annotated[str, Meta(pattern=r"^(now|all|\d{4}-\d\d-\d\d)$")] = "now"
    password_file: str | None = None
    password: Secret | None = None

    def __post_init__(self) -> None:
        """Refuse a `since` that is no day of the calendar."""
        if self.since not in ("now", "all"):
            dt.date.fromisoformat(self.since)


class SmtpSettings(Struct, frozen=True, kw_only=True):
    """The server that takes replies. Without `user` there is no login; `login` names one of [[logins]]."""

    host: str = "localhost"
    port: Port = 587
    security: Security = Security.STARTTLS
    ca_file: str | None = None
    user: str = ""
    login: str = ""
    timeout_seconds: Seconds = 60.0
    password_file: str | None = None
    password: Secret | None = None


class LimitSettings(Struct, frozen=True, kw_only=True):
    """What is too much: sizes in bytes, numbers of automatic replies in a time."""

    max_message_bytes: Annotated[int, Meta(ge=1024)] = 25_000_000
    replies_per_address_hour: Count = 10
    replies_per_address_day: Count = 40
    replies_per_domain_day: Count = 200
    replies_per_hour: Count = 1000
    replies_without_news_day: Count = 2
    replies_without_news_domain_day: Count = 20
    replies_in_burst: Count = 3
    quoted_per_address_day: dict[str, Count] = field(default_factory=lambda: {"USD": 500_000, "AUD": 750_000})


class PolicySettings(Struct, frozen=True, kw_only=True):
    """Which policy is in force."""

    pack: str


class QuoteSettings(Struct, frozen=True, kw_only=True):
    """The data of quotes beside their PDF."""

    signing_key_file: str = "secrets/quote-signing-key.pem"


class ReminderSettings(Struct, frozen=True, kw_only=True):
    """After how many business days without an answer a question or quote is called to mind; empty for never."""

    after_business_days: tuple[Annotated[int, Meta(ge=1, le=60)], ...] = (3, 7)

    def __post_init__(self) -> None:
        """Refuse days that do not rise."""
        if list(self.after_business_days) != sorted(set(self.after_business_days)):
            raise ValueError("after_business_days must rise, each day once")


class IntakeSettings(Struct, frozen=True, kw_only=True):
    """How often the desk looks, and for how long it believes a worker that says nothing."""

    poll_seconds: Seconds = 60.0
    timeout_seconds: Seconds = 60.0
    processors: Annotated[int, Meta(ge=1, le=64)] = 1
    lease_seconds: Seconds = 120.0
    tick_seconds: Seconds = 5.0


class SendingSettings(Struct, frozen=True, kw_only=True):
    """When replies leave, and when they are tried again."""

    hold_seconds: Annotated[float, Meta(ge=0)] = 0.0
    first_retry_seconds: Seconds = 60.0
    resend_seconds: Seconds = 900.0
    give_up_hours: Seconds = 48.0
    per_domain: Annotated[int, Meta(ge=1)] = 2
    archive: Annotated[str, Meta(pattern=r"^([^/]+/.+)?$")] = ""


class MonitoringSettings(Struct, frozen=True, kw_only=True):
    """What machines and people are told of the running service; without `port` no machine is."""

    port: Port | None = None
    host: str = "127.0.0.1"
    mail_to: tuple[EmailAddress, ...] = ()
    webhook: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    silence_minutes: Seconds = 5.0
    longest_wait_minutes: Seconds = 15.0
    longest_queue: Count = 300
    free_megabytes: Count = 200


class RetentionSettings(Struct, frozen=True, kw_only=True):
    """After how many days `mailbot retention` empties what nothing has happened in."""

    case_days: Annotated[int, Meta(ge=1)] = 1095
    machine_mail_days: Annotated[int, Meta(ge=1)] = 90


class LogSettings(Struct, frozen=True, kw_only=True):
    """What is written about the running service; never bodies or addresses at level `info`."""

    level: Annotated[str, Meta(pattern="^(debug|info|warning|error)$")] = "info"
    format: Annotated[str, Meta(pattern="^(text|json)$")] = "text"


class ConsoleSettings(Struct, frozen=True, kw_only=True):
    """The staff web application; without `port` `mailbot run` does not serve it."""

    port: Port | None = None
    host: str = "127.0.0.1"
    url: Annotated[str, Meta(pattern=r"^(https?://[^/\s]+)?$")] = ""
    undo_seconds: Annotated[int, Meta(ge=0, le=3600)] = 20
    holidays: tuple[dt.date, ...] = ()
    four_eyes: dict[str, Count] = {}
    idle_minutes: Annotated[int, Meta(ge=1)] = 60
    longest_hours: Annotated[int, Meta(ge=1)] = 12


class OidcSettings(Struct, frozen=True, kw_only=True):
    """Login to the console by OpenID Connect; without `issuer` there is none. `claim` is a member's login."""

    name: str = "single sign-on"
    issuer: Annotated[str, Meta(pattern=r"^(https?://\S+)?$")] = ""
    client_id: str = ""
    client_secret_file: str | None = None
    client_secret: Secret | None = None
    claim: str = "email"
    scopes: tuple[str, ...] = ("email", "profile")


class Settings(Struct, frozen=True, kw_only=True):
    """All settings of one desk."""

    desk: DeskSettings
    seller: Seller
    policy: PolicySettings
    database: DatabaseSettings = DatabaseSettings()
    logins: tuple[LoginSettings, ...] = ()
    mailboxes: tuple[MailboxSettings, ...] = ()
    smtp: SmtpSettings = SmtpSettings()
    quotes: QuoteSettings = QuoteSettings()
    reminders: ReminderSettings = ReminderSettings()
    limits: LimitSettings = LimitSettings()
    intake: IntakeSettings = IntakeSettings()
    sending: SendingSettings = SendingSettings()
    monitoring: MonitoringSettings = MonitoringSettings()
    retention: RetentionSettings = RetentionSettings()
    log: LogSettings = LogSettings()
    console: ConsoleSettings = ConsoleSettings()
    oidc: OidcSettings = OidcSettings()
