"""An operator's folder and the real command in it, as a process of its own against real local servers."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.support import dovecot as imap
from tests.support import smtp_sink as smtp

MAILBOT = Path(sys.executable).parent / "mailbot"
DOT_SECONDS = 20  # ten times `timeout_seconds` below

SETTINGS = """\
[desk]
address = "quotes@seller.example"
display_name = "Reseller Quotes"

[seller]
name = "Seller Pty Ltd"
address = ["1 Example Street", "Sydney NSW 2000", "Australia"]
country = "AU"
form_url = "https://seller.example/quote"

[policy]
pack = "2026-07-01"

[database]
url = "{database_url}"

[[mailboxes]]
account = "quotes"
host = "localhost"
port = {imap_port}
security = "tls"
ca_file = "{authority}"
user = "{user}"
password_file = "secrets/imap"
after = "move:Processed"
since = "now"

[smtp]
host = "localhost"
port = {smtp_port}
security = "starttls"
ca_file = "{authority}"
user = "{smtp_user}"
password_file = "secrets/smtp"
timeout_seconds = 2

[limits]
replies_per_address_hour = 1000
replies_per_address_day = 1000
replies_per_domain_day = 1000
replies_without_news_day = 1000
replies_without_news_domain_day = 1000
replies_in_burst = 1000

[intake]
poll_seconds = 2
lease_seconds = 3
"""


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The folder, and a way to call the command in it. `settings` are variables that overrule its settings."""

    folder: Path
    data: Path
    settings: Mapping[str, str] = field(default_factory=dict)

    def call(self, *arguments: str | Path) -> str:
        """Return what the command prints; it must succeed."""
        done = self.try_to(*arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def try_to(self, *arguments: str | Path, **environment: str) -> "subprocess.CompletedProcess[str]":
        """Return how the command ended."""
        return subprocess.run(
            [MAILBOT, "--folder", self.folder, *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=self._environment(environment),
        )

    def explain(self, paths: Sequence[Path]) -> Mapping[Path, Mapping[str, Any]]:
        """Return what the command would do with each mail."""
        lines = self.call("explain", "--json", "--data", self.data, *paths).splitlines()
        return dict(zip(paths, map(json.loads, lines), strict=True))

    def start(self, **environment: str) -> "subprocess.Popen[bytes]":
        """Start the service; its log lies in the folder."""
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [MAILBOT, "--folder", self.folder, "run"], stdout=log, stderr=log, env=self._environment(environment)
            )

    @contextlib.contextmanager
    def running(self, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
        """Run the service for the time of the block. It must end well on SIGTERM."""
        with self.start(**environment) as process:
            try:
                yield process
                if process.poll() is None:
                    process.send_signal(signal.SIGTERM)
                    assert process.wait(60) == 0, self.log()
            finally:
                process.kill()
                process.wait()

    def log(self) -> str:
        return (self.folder / "log").read_text()

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        ours = {name: value for name, value in os.environ.items() if not name.startswith("MAILBOT_")}
        return {**ours, **self.settings, **more}


def make_desk(
    folder: Path,
    data: Path,
    *,
    database_url: str,
    dovecot: imap.Dovecot,
    user: str,
    sink: smtp.Sink,
    overrule: Mapping[str, str] = MappingProxyType({}),
) -> Desk:
    """Return a desk with its folder, database and records made; `overrule` are variables over its settings."""
    for name in ("config", "secrets"):
        (folder / name).mkdir(parents=True)
    for name, secret in (("imap", imap.PASSWORD), ("smtp", smtp.PASSWORD)):
        (folder / "secrets" / name).write_text(secret)
        (folder / "secrets" / name).chmod(0o600)
    settings = SETTINGS.format(
        database_url=database_url,
        authority=dovecot.certificates.authority,
        imap_port=dovecot.tls_port,
        user=user,
        smtp_port=sink.port,
        smtp_user=smtp.USER,
    )
    (folder / "config" / "mailbot.toml").write_text(settings)
    desk = Desk(folder=folder, data=data, settings=overrule)
    desk.call("db", "upgrade")
    desk.call("import", data)
    return desk


def until(condition: Callable[[], bool], *, seconds: float, what: Callable[[], object]) -> None:
    """Wait for the condition; what has not come in time is said."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, what()
        time.sleep(0.05)
