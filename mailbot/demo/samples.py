"""The demo's mails and the operator's folder that it works in."""

import datetime as dt
import email
import email.policy
import shutil
import time
from dataclasses import dataclass, field
from pathlib import Path

from mailbot.demo.servers import HOST, PASSWORD, USER, DemoServers
from mailbot.resources import resources

DAY = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)
"""When the demo takes place: its subscriptions run, and its figures are the same at every run."""

_SETTINGS = """\
# Written by `mailbot demo`; the servers ended with it.
[desk]
address = "quotes@seller.example"
display_name = "Reseller Quotes"

[seller]
name = "Seller Pty Ltd"
address = ["1 Example Street", "Sydney NSW 2000", "Australia"]
country = "AU"
email = "sales@seller.example"
website = "https://seller.example"
form_url = "https://seller.example/quote"
payment_url = "https://seller.example/pay"
trial_url = "https://seller.example/try"
support_url = "https://seller.example/support"

[policy]
pack = "2026-07-01"

[database]
url = "sqlite:///mailbot.sqlite3"

[[mailboxes]]
account = "demo"
host = "{host}"
port = {imap_port}
security = "none"
user = "{user}"
password_file = "secrets/imap"
after = "move:Processed"
since = "all"

[smtp]
host = "{host}"
port = {smtp_port}
security = "none"

[intake]
poll_seconds = 0.5
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A mail of the demo; `name` is its file's, without the ending."""

    name: str
    message_id: str
    subject: str
    raw: bytes = field(repr=False)


def samples() -> list[Sample]:
    """Return the demo's mails in the order of their delivery."""
    return [_sample(Path(name).stem, path) for name, path in resources().files("config/demo/mails", "*.eml").items()]


def records_folder() -> Path:
    """Return the folder with the demo's prices, entitlements and contacts."""
    return resources().find("config/demo/data")


def make_folder(folder: Path, servers: DemoServers) -> None:
    """The folder is an operator's with the demo's settings; what an earlier demo left in it is gone."""
    for name in ("config", "secrets", "replies"):
        shutil.rmtree(folder / name, ignore_errors=True)
        (folder / name).mkdir(parents=True)
    for database in folder.glob("mailbot.sqlite3*"):
        database.unlink()
    secret = folder / "secrets" / "imap"
    secret.touch(mode=0o600)
    secret.write_text(PASSWORD)
    settings = _SETTINGS.format(host=HOST, user=USER, imap_port=servers.imap_port, smtp_port=servers.smtp_port)
    (folder / "config" / "mailbot.toml").write_text(settings, "utf-8")


def demo_clock() -> "DemoClock":
    """Return a clock (ports.Clock) that begins at the demo's day and goes on from there."""
    return DemoClock(time.monotonic())


@dataclass(frozen=True, slots=True)
class DemoClock:
    """The time of day of the demo; `began` is the monotonic time of its noon."""

    began: float

    def __call__(self) -> dt.datetime:
        """Return now, aware, in UTC."""
        return DAY + dt.timedelta(seconds=time.monotonic() - self.began)


def _sample(name: str, path: Path) -> Sample:
    raw = path.read_bytes()
    message = email.message_from_bytes(raw, policy=email.policy.default)
    return Sample(name=name, message_id=str(message["Message-ID"]), subject=str(message["Subject"]), raw=raw)
