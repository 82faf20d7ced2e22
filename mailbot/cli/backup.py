"""`mailbot backup`, `mailbot restore` and `mailbot resume`: a copy of the database, the way back, and on again."""

import getpass
from pathlib import Path

import click


@click.command("backup", epilog="Example: mailbot backup /srv/backups/desk-2026-11-24")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--dry-run", is_flag=True, help="Only check that it could be done.")
@click.pass_obj
def backup(folder: Path, file: Path, dry_run: bool) -> None:
    """Write the whole database into FILE, while the service runs. It holds every mail: keep it as safe as the mailbox.

    Settings, templates and keys are not in it: copy the operator's folder as well.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.domain.errors import InputError
    from mailbot.store import check_schema
    from mailbot.store.backup import back_up

    url = Installation(folder).database_url
    check_schema(url)
    if dry_run:
        if file.exists():
            raise InputError(f"{file} is there already: give another name, a backup is never overwritten")
        click.echo(f"would write {file}")
        return
    back_up(url, file)
    click.echo(f"wrote {file}, {file.stat().st_size:,} bytes")


@click.command("restore", epilog="Example: mailbot restore /srv/backups/desk-2026-11-24")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False, exists=True))
@click.option("--dry-run", is_flag=True, help="Only check the file.")
@click.pass_obj
def restore(folder: Path, file: Path, dry_run: bool) -> None:
    """Put the database of FILE in the place of the present one. The desk is halted after it: `mailbot resume` goes on.

    A SQLite file of before is set aside. Stop every service first.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.resuming import halt
    from mailbot.bootstrap.upgrading import upgrade_database
    from mailbot.store.backup import restore as put_back

    installation = Installation(folder)
    before = put_back(installation.database_url, file, dry_run=dry_run)
    if dry_run:
        click.echo(f"{file} can be restored")
        return
    upgrade_database(installation)
    halt(installation, by=getpass.getuser())
    click.echo(f"restored {file}" + (f"; the database of before is {before}" if before else ""))
    click.echo("the desk is halted; `mailbot resume --dry-run` tells what has happened since the backup")


@click.command("resume", epilog="Example: mailbot resume --dry-run")
@click.option("--dry-run", is_flag=True, help="Only tell what would be done.")
@click.option("--without-archive", is_flag=True, help="Go on although no archive tells what has been answered.")
@click.option("--as", "actor", default=getpass.getuser, metavar="NAME", help="Who acts, for the record.")
@click.pass_obj
def resume(folder: Path, dry_run: bool, without_archive: bool, actor: str) -> None:
    """Compare the database with the archive and the mailboxes, then let a halted desk go on.

    Replies that the archive holds are not sent again, and mails whose answer it holds are shown to staff instead of
    being answered. Mails that were filed away since the backup go back to the inbox.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.resuming import resume_desk

    found = resume_desk(Installation(folder), actor=actor, dry_run=dry_run, without_archive=without_archive)
    click.echo(
        f"{found.sent} replies had been sent, {found.answered} mails had been answered, "
        f"{found.put_back} mails {'would go' if dry_run else 'went'} back to the inbox"
    )
    click.echo("nothing was changed" if dry_run else "the desk goes on")
