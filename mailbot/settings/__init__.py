"""The settings of one desk: `config/mailbot.toml`, the environment, secret files; read once, then frozen."""

from mailbot.settings.loading import load_settings, variable_of
from mailbot.settings.model import (
    ConsoleSettings,
    DatabaseSettings,
    DeskSettings,
    Grant,
    IntakeSettings,
    LimitSettings,
    LoginSettings,
    LogSettings,
    MailboxSettings,
    OidcSettings,
    PolicySettings,
    Provider,
    QuoteSettings,
    ReminderSettings,
    Secret,
    Settings,
    SmtpSettings,
)
from mailbot.settings.policy_pack import load_policy_pack

__all__ = [
    "ConsoleSettings",
    "DatabaseSettings",
    "DeskSettings",
    "Grant",
    "IntakeSettings",
    "LimitSettings",
    "LogSettings",
    "LoginSettings",
    "MailboxSettings",
    "OidcSettings",
    "PolicySettings",
    "Provider",
    "QuoteSettings",
    "ReminderSettings",
    "Secret",
    "Settings",
    "SmtpSettings",
    "load_policy_pack",
    "load_settings",
    "variable_of",
]
