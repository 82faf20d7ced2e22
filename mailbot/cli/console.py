"""`mailbot console`: the staff web application alone."""

from pathlib import Path

import click


@click.command("console", epilog="Example: mailbot --folder /etc/mailbot console")
@click.pass_obj
def command(folder: Path) -> None:
    """Serve the staff web application until SIGTERM or SIGINT, beside or without a running service.

    With console.port in the settings `mailbot run` serves it too. Who may log in: mailbot users add.
    """
    from mailbot.bootstrap.consoling import serve_console
    from mailbot.bootstrap.installation import Installation

    serve_console(Installation(folder), lambda address: click.echo(f"The console is at {address}"))
