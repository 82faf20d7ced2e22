"""The demo's console, open to look around in after the last mail."""

import secrets
import signal

from rich.console import Console as Terminal

from mailbot.bootstrap.consoling import desk_accounts, running_console
from mailbot.bootstrap.desking import OpenDesk
from mailbot.domain.staff import StaffRole
from mailbot.service.accounts import add_user
from mailbot.signals import until_told

LOGIN = "demo"


def keep_open(desk: OpenDesk, terminal: Terminal) -> None:
    """Serve the console to a demo user, an administrator, until SIGINT or SIGTERM."""
    password = secrets.token_urlsafe(9)
    accounts = desk_accounts(desk.installation, desk.store, desk.clock)
    add_user(accounts, LOGIN, "Demo", StaffRole.ADMINISTRATOR, password, actor="demo")
    with until_told(signal.SIGTERM, signal.SIGINT) as wait, running_console(desk) as address:
        terminal.print(f"\nThe console is open at [bold]{address}[/bold], login [bold]{LOGIN}[/bold], ", end="")
        terminal.print(f"password [bold]{password}[/bold]. Control-C ends the demo.", highlight=False)
        wait()
