"""`mailbot doctor`: is everything in order, and if not, what to mend."""

from pathlib import Path

import click


@click.command("doctor", epilog="Example: mailbot --folder /etc/mailbot doctor")
@click.pass_obj
def command(folder: Path) -> int:
    """Check settings, policy, languages, templates and fonts, database, records, and the login at IMAP and SMTP.

    Exit status 0 when all is in order, 2 when something is to be mended.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.doctor import examine

    to_mend = 0
    for finding in examine(Installation(folder)):
        to_mend += not finding.in_order
        click.echo(f"{'ok  ' if finding.in_order else 'MEND'}  {finding.subject}: {finding.words}")
    click.echo(f"{to_mend} to mend" if to_mend else "all in order")
    return 2 if to_mend else 0
