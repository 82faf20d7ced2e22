"""`mailbot db`: the database's tables."""

from pathlib import Path

import click


@click.group("db", epilog="Example: mailbot db upgrade")
def command() -> None:
    """Create or upgrade the database of the settings, or tell its version."""


@command.command("upgrade", epilog="Example: mailbot --folder /etc/mailbot db upgrade")
@click.pass_obj
def upgrade(folder: Path) -> None:
    """Create the tables, or bring them to what this version of the program needs. May be run again."""
    from mailbot import store
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.upgrading import upgrade_database

    installation = Installation(folder)
    before = store.current_revision(installation.database_url)
    sealed = upgrade_database(installation)
    after = store.current_revision(installation.database_url)
    click.echo(f"schema {after}: nothing to do" if before == after else f"schema {before or 'none'} -> {after}")
    if sealed:
        click.echo(f"{sealed} second factors of staff that were kept in clear are sealed now")


@command.command("current", epilog="Example: mailbot db current")
@click.pass_obj
def current(folder: Path) -> None:
    """Print the version of the database's tables, or `none`."""
    from mailbot import store
    from mailbot.bootstrap.installation import Installation

    click.echo(store.current_revision(Installation(folder).database_url) or "none")
