"""`mailbot demo`: the desk at work, without any server of one's own."""

import sys
from pathlib import Path

import click


@click.command("demo", epilog="Example: mailbot demo --output /tmp/desk")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo-output"),
    show_default=True,
    metavar="DIR",
    help="Folder for replies, quotes and the demo's database; an earlier demo's files in it are replaced.",
)
@click.option("--keep", is_flag=True, help="Go on with the console open after the last mail, until Control-C.")
def command(output: Path, keep: bool) -> int:
    """Run the service on an embedded IMAP server, an SMTP sink and SQLite, and deliver sample mails while it runs.

    Shows what becomes of each mail, and ends by itself.
    """
    from rich.console import Console

    from mailbot.demo.play import play

    console = Console() if sys.stdout.isatty() else Console(width=120)
    over = play(output, console, keep=keep)
    replies = sorted((output / "replies").glob("*.eml"))
    quotes = sorted((output / "replies").glob("*.pdf"))
    click.echo(f"\n{len(replies)} replies and {len(quotes)} quotes (PDF) lie in {output / 'replies'}.")
    click.echo(f"What waits for staff: mailbot --folder {output} review list; the service's log: {output / 'desk.log'}")
    if not keep:
        click.echo("To look at them in the console: make demo KEEP=1, or mailbot demo --keep")
    if not over:
        click.echo("mailbot: not every mail came to its end; see the log", err=True)
    return 0 if over else 1
