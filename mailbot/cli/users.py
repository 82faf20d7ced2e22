"""`mailbot users`: who may use the console, and as what."""

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import print_text

if TYPE_CHECKING:
    from mailbot.service.accounts import Accounts

ROLES = ("viewer", "agent", "approver", "administrator")


@click.group("users", epilog="Example: mailbot users add anna --role agent")
def command() -> None:
    """Add and change those who may use the console."""


@command.command("add", epilog="Example: mailbot users add anna --name 'Anna Lind' --role agent")
@click.argument("login", metavar="LOGIN")
@click.option("--name", default="", help="The name that colleagues see.  [default: the login]")
@click.option("--role", type=click.Choice(ROLES), default="agent", show_default=True)
@click.pass_obj
def add(folder: Path, login: str, name: str, role: str) -> None:
    """Add LOGIN; the password is asked for, or read from standard input when that is no terminal."""
    from mailbot.domain.staff import StaffRole
    from mailbot.service.accounts import add_user

    with _accounts(folder) as accounts:
        user = add_user(accounts, login, name, StaffRole(role), _password(), actor=_actor())
    click.echo(f"{user.login} is {user.role.value}")


@command.command("list", epilog="Example: mailbot users list")
@click.pass_obj
def list_users(folder: Path) -> None:
    """Print one line for each user: login, role, name."""
    with _accounts(folder) as accounts, accounts.store.begin() as uow:
        users = uow.staff.list()
    for user in users:
        print_text(f"{user.login:<20} {user.role.value:<14} {user.name}{'  (disabled)' if user.disabled else ''}")
    if not users:
        click.echo("nobody yet: mailbot users add LOGIN")


@command.command("passwd", epilog="Example: mailbot users passwd anna")
@click.argument("login", metavar="LOGIN")
@click.pass_obj
def passwd(folder: Path, login: str) -> None:
    """Give LOGIN a new password and end its sessions."""
    from mailbot.service.accounts import set_password

    with _accounts(folder) as accounts:
        set_password(accounts, login, _password(), actor=_actor())
    click.echo(f"{login} has a new password")


@command.command("role", epilog="Example: mailbot users role anna approver")
@click.argument("login", metavar="LOGIN")
@click.argument("role", type=click.Choice(ROLES))
@click.pass_obj
def role(folder: Path, login: str, role: str) -> None:
    """Give LOGIN another role, from the next page on."""
    from mailbot.domain.staff import StaffRole
    from mailbot.service.accounts import set_role

    with _accounts(folder) as accounts:
        set_role(accounts, login, StaffRole(role), actor=_actor())
    click.echo(f"{login} is {role}")


@command.command("no-code", epilog="Example: mailbot users no-code anna")
@click.argument("login", metavar="LOGIN")
@click.pass_obj
def no_code(folder: Path, login: str) -> None:
    """Take the second factor of LOGIN away (the telephone was lost)."""
    from mailbot.service.accounts import drop_code

    with _accounts(folder) as accounts:
        drop_code(accounts, login, actor=_actor())
    click.echo(f"{login} logs in without a code")


@contextmanager
def _accounts(folder: Path) -> "Iterator[Accounts]":
    from mailbot.bootstrap.consoling import desk_accounts
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store, utc_now

    installation = Installation(folder)
    with open_desk_store(installation) as store:
        yield desk_accounts(installation, store, utc_now)


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _actor() -> str:
    return f"{getpass.getuser()} (command line)"
