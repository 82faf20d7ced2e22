"""`mailbot login`: the first refresh token of a login by OAuth, got by a person with a browser."""

from pathlib import Path

import click


@click.command("login", epilog="Example: mailbot login desk")
@click.argument("name", metavar="NAME")
@click.pass_obj
def command(folder: Path, name: str) -> None:
    """Log in at the provider of the [[logins]] block NAME, and put the refresh token into its file.

    Open the address that is shown in any browser, log in as the mailbox's user, and paste the address that the browser
    ends at: it begins with http://localhost and shows no page. A running service is to be started anew afterwards.
    """
    from mailbot.bootstrap.consenting import begin_login, finish_login
    from mailbot.bootstrap.installation import Installation

    begun = begin_login(Installation(folder), name)
    click.echo(f"Open this address and log in:\n\n{begun.address}\n")
    pasted = click.prompt("The address that the browser ends at", err=True)
    click.echo(f"{finish_login(begun, pasted)}: the refresh token is there; `mailbot doctor` tries it")
