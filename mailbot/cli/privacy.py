"""`mailbot export`, `mailbot erase` and `mailbot retention`: what is kept of a person, and how it goes."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import print_json

if TYPE_CHECKING:
    from mailbot.store.privacy import Erased


@click.command("export", epilog="Example: mailbot export ana@reseller.example > ana.json")
@click.argument("address")
@click.pass_obj
def export(folder: Path, address: str) -> None:
    """Print all that is kept of ADDRESS as one JSON object: mails, replies, quotes, events, contacts on file."""
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store
    from mailbot.store.privacy import export_person

    with open_desk_store(Installation(folder)) as store, store.read() as connection:
        print_json(export_person(connection, address))


@click.command("erase", epilog="Example: mailbot erase ana@reseller.example --dry-run")
@click.argument("address")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--as", "actor", default=getpass.getuser, metavar="NAME", help="Who acts, for the record.")
@click.pass_obj
def erase(folder: Path, address: str, dry_run: bool, actor: str) -> None:
    """Empty every case in which ADDRESS took part: mails, replies, names, search words. Quotes keep number and figures.

    Backups and the mail server's folders (filed mail, archive) are not touched: see to them as well.
    """
    from mailbot.bootstrap.emptying import erase_from_desk
    from mailbot.bootstrap.installation import Installation

    done = erase_from_desk(Installation(folder), address, actor=actor, dry_run=dry_run)
    click.echo(_told(done, dry_run))


@click.command("retention", epilog="Example: mailbot retention --dry-run")
@click.option("--dry-run", is_flag=True, help="Only count.")
@click.option("--as", "actor", default=getpass.getuser, metavar="NAME", help="Who acts, for the record.")
@click.pass_obj
def retention(folder: Path, dry_run: bool, actor: str) -> None:
    """Empty the cases and the machine mail that are older than [retention] allows. For a daily timer."""
    from mailbot.bootstrap.emptying import forget_old
    from mailbot.bootstrap.installation import Installation

    done = forget_old(Installation(folder), actor=actor, dry_run=dry_run)
    click.echo(_told(done, dry_run))


def _told(done: "Erased", dry_run: bool) -> str:
    counts = f"{done.cases} cases, {done.mails} mails, {done.replies} replies, {done.contacts} contacts on file"
    return f"{'would empty' if dry_run else 'emptied'} {counts}; {done.quotes} quotes keep number and figures"
