"""`mailbot run`: the service."""

from pathlib import Path

import click


@click.command("run", epilog="Example: mailbot --folder /etc/mailbot run")
@click.pass_obj
def command(folder: Path) -> None:
    """Read the mailboxes, decide, and send replies, until SIGTERM or SIGINT; then finish what was begun and end."""
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.serving import serve

    serve(Installation(folder))
