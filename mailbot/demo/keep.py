"""The demo's console, open to look around in after the last mail."""

import contextlib
import secrets
import signal
import threading

from rich.console import Console as Terminal

from mailbot.bootstrap.consoling import desk_accounts, running_console
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.storing import open_desk_store
from mailbot.domain.staff import StaffRole
from mailbot.ports import Clock, ReplyRenderer, Understanding
from mailbot.service.accounts import add_user

LOGIN = "demo"


def keep_open(
    installation: Installation, understanding: Understanding, render: ReplyRenderer, clock: Clock, terminal: Terminal
) -> None:
    """Serve the console to a demo user, an administrator, until SIGINT or SIGTERM."""
    password = secrets.token_urlsafe(9)
    with open_desk_store(installation, clock) as store:
        accounts = desk_accounts(installation, store, clock)
        add_user(accounts, LOGIN, "Demo", StaffRole.ADMINISTRATOR, password, actor="demo")
    stop = threading.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stop.set())
    try:
        with running_console(installation, understanding, render, clock) as address:
            terminal.print(f"\nThe console is open at [bold]{address}[/bold], login [bold]{LOGIN}[/bold], ", end="")
            terminal.print(f"password [bold]{password}[/bold]. Control-C ends the demo.", highlight=False)
            with contextlib.suppress(KeyboardInterrupt):
                stop.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
