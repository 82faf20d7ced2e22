"""Telling a person of alarms: a mail through the desk's own SMTP server, or a call of a webhook."""

import datetime as dt
import http.client
import json
import secrets
import urllib.request
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailbot.domain.errors import OutcomeUnknown, Refused, SetupError, TransientError
from mailbot.domain.message import domain_of
from mailbot.domain.watch import Alarm
from mailbot.ports import Messenger, Transport

WEBHOOK_SECONDS = 10.0


def by_mail(transport: Transport, sender: str, recipients: Sequence[str]) -> Messenger:
    """Return what tells of alarms by mail, from the desk's own address: it never answers that."""

    def tell(alarms: Sequence[Alarm]) -> None:
        message = EmailMessage(policy=SMTP.clone(cte_type="7bit"))
        message["From"], message["To"] = sender, ", ".join(recipients)
        message["Subject"] = f"mailbot: {len(alarms)} alarm{'s' if len(alarms) > 1 else ''}"
        message["Message-ID"] = f"<alarm.{secrets.token_hex(12)}@{domain_of(sender)}>"
        message["Date"] = format_datetime(dt.datetime.now(dt.UTC))
        message["Auto-Submitted"] = "auto-generated"
        message.set_content("\n".join(_line(alarm) for alarm in alarms) + "\n")
        try:
            transport.send(sender="", recipients=recipients, raw=bytes(message), on_phase=lambda phase: None)
        except (Refused, SetupError, OutcomeUnknown) as error:
            raise TransientError(f"alarms cannot be told by mail: {error}") from error

    return tell


def by_webhook(url: str) -> Messenger:
    """Return what posts alarms as JSON: {"text": .., "alarms": [{"name", "words", "since"}]}."""

    def tell(alarms: Sequence[Alarm]) -> None:
        told = [{"name": a.name, "words": a.words, "since": a.since.isoformat(timespec="seconds")} for a in alarms]
        body = json.dumps({"text": "\n".join(_line(alarm) for alarm in alarms), "alarms": told}).encode()
        request = urllib.request.Request(url, body, {"Content-Type": "application/json"})  # noqa: S310  # http(s) by the settings
        try:
            with urllib.request.urlopen(request, timeout=WEBHOOK_SECONDS):  # noqa: S310  # as above
                return
        except (OSError, http.client.HTTPException) as error:
            raise TransientError(f"alarms cannot be told to the webhook: {error}") from error

    return tell


def by_all(messengers: Sequence[Messenger]) -> Messenger | None:
    """Return what tells by each of these, None when there are none; one that cannot stops no other."""
    if not messengers:
        return None

    def tell(alarms: Sequence[Alarm]) -> None:
        failures = []
        for messenger in messengers:
            try:
                messenger(alarms)
            except TransientError as error:
                failures.append(error)
        if len(failures) == len(messengers):
            raise failures[0]

    return tell


def _line(alarm: Alarm) -> str:
    return f"{alarm.name}: {alarm.words} (since {alarm.since:%Y-%m-%d %H:%M} UTC)"
