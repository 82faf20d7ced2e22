"""`mailbot review`: what waits for staff, and what staff do with it."""

import getpass
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mailbot.cli.output import mark_words, print_text

if TYPE_CHECKING:
    from mailbot.domain.staff import User
    from mailbot.service.review import Settled, Workbench
    from mailbot.service.staff import FourEyes


@click.group("review", epilog="Example: mailbot review list")
def command() -> None:
    """List, show and settle what waits for staff."""


@command.command("list", epilog="Example: mailbot review list --settled")
@click.option("--settled", is_flag=True, help="What has been settled, instead of what waits.")
@click.pass_obj
def list_items(folder: Path, settled: bool) -> None:
    """Print one line for each item, oldest first: number, case, since when, reasons, draft."""
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store
    from mailbot.cli.review_page import item_line

    with open_desk_store(Installation(folder)) as store, store.begin() as uow:
        items = uow.reviews.list(settled=settled)
    for item in items:
        print_text(item_line(item))
    if not items:
        click.echo("nothing has been settled yet" if settled else "nothing waits")


@command.command("show", epilog="Example: mailbot review show 7")
@click.argument("item_id", type=int, metavar="ITEM")
@click.pass_obj
def show(folder: Path, item_id: int) -> None:
    """Print why ITEM waits: the mails with the words in question, the values, the findings, the draft, the events."""
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.reviewing import review_item
    from mailbot.cli.review_page import item_page

    print_text(item_page(review_item(Installation(folder), item_id), mark_words()))


_named = click.option(
    "--as",
    "actor",
    default=getpass.getuser,
    metavar="NAME",
    help="Who acts, for the record.  [default: your login]",
)


def _acts(function: Callable[..., None]) -> Callable[..., None]:
    """Give a command the item's number and the name of who acts."""
    return click.argument("item_id", type=int, metavar="ITEM")(_named(click.pass_obj(function)))


@command.command("approve", epilog="Example: mailbot review approve 7 --as anna")
@_acts
def approve(folder: Path, item_id: int, actor: str) -> None:
    """Send the draft, or the reply that was held back, of ITEM as it is.

    It is decided again first; a case that has moved on since, or an expired draft, is not sent, and a quote that takes
    two persons (four_eyes in the settings) is approved in the console only.
    """
    from mailbot.service import staff

    _settle(folder, actor, lambda bench, user, limits: staff.approve(bench, item_id, user, limits))


@command.command("correct", epilog="Example: mailbot review correct 7 lines[0].users=50 site=acme.atlassian.net")
@_acts
@click.argument("changes", nargs=-1, required=True, metavar="PATH=VALUE...")
def correct(folder: Path, item_id: int, actor: str, changes: tuple[str, ...]) -> None:
    """Set values of ITEM and decide anew: the case goes on as if its mails had said so.

    Paths are those that `mailbot explain` prints: kind, site, sens, lines[0].users, authorized_contact.email and so on.
    """
    from mailbot.service import staff

    values = dict(_change(change) for change in changes)
    _settle(folder, actor, lambda bench, user, limits: staff.correct(bench, item_id, values, user, limits))


@command.command("answer", epilog="Example: mailbot review answer 7 --text 'Dear Ms Roe, ...'")
@_acts
@click.option("--text", required=True, help="The reply's words; - reads them from standard input.")
def answer(folder: Path, item_id: int, actor: str, text: str) -> None:
    """Reply to ITEM in your own words, in the case's thread."""
    from mailbot.service import staff

    words = _text(text)
    _settle(folder, actor, lambda bench, user, _: staff.answer(bench, item_id, words, user))


@command.command("decline", epilog="Example: mailbot review decline 7 --text - < words.txt")
@_acts
@click.option("--text", required=True, help="The reply's words; - reads them from standard input.")
def decline(folder: Path, item_id: int, actor: str, text: str) -> None:
    """Decline the request of ITEM with your words."""
    from mailbot.service import staff

    words = _text(text)
    _settle(folder, actor, lambda bench, user, _: staff.decline(bench, item_id, words, user))


@command.command("not-a-request", epilog="Example: mailbot review not-a-request 7 --note newsletter")
@_acts
@click.option("--note", default="", help="Why, for the record.")
def not_a_request(folder: Path, item_id: int, actor: str, note: str) -> None:
    """Close ITEM without a reply."""
    from mailbot.service import staff

    _settle(folder, actor, lambda bench, user, _: staff.not_a_request(bench, item_id, note, user))


@command.command("send-again", epilog="Example: mailbot review send-again 7")
@_acts
def send_again(folder: Path, item_id: int, actor: str) -> None:
    """Send the replies of ITEM's case again that failed or may not have arrived, with the same bytes."""
    from mailbot.service import staff

    _settle(folder, actor, lambda bench, user, _: staff.send_again(bench, item_id, user))


@command.command("undo", epilog="Example: mailbot review undo 7")
@_acts
def undo(folder: Path, item_id: int, actor: str) -> None:
    """Take back what settled ITEM, if its reply has not left: the case waits again."""
    from mailbot.service import staff

    _settle(folder, actor, lambda bench, user, _: staff.undo(bench, item_id, user))


@command.command("withdraw", epilog="Example: mailbot review withdraw Q-2026-00318")
@click.argument("case_number", metavar="CASE")
@_named
@click.pass_obj
def withdraw(folder: Path, case_number: str, actor: str) -> None:
    """Take back the replies of CASE that have not left (sending.hold_seconds gives time for it); it waits for staff."""
    from mailbot.service import staff

    _settle(folder, actor, lambda bench, user, _: staff.withdraw(bench, case_number.upper(), user))


def _settle(folder: Path, actor: str, act: "Callable[[Workbench, User, FourEyes], Settled]") -> None:
    from mailbot.bootstrap.desking import open_desk
    from mailbot.bootstrap.installation import Installation
    from mailbot.domain.staff import StaffRole, operator

    with open_desk(Installation(folder)) as desk:
        settled = act(desk.workbench(), operator(actor, StaffRole.AGENT), desk.four_eyes)
    reply = f", {settled.reply.value} on its way" if settled.reply else ", nothing is sent"
    again = f"; it waits again as item {settled.next_item}" if settled.next_item else ""
    click.echo(f"{settled.case_number} {settled.settlement.replace('_', ' ')}{reply}{again}")


def _change(change: str) -> tuple[str, str]:
    path, equals, value = change.partition("=")
    if not equals:
        raise click.BadParameter(f"{change!r}: wanted is PATH=VALUE, for example lines[0].users=50")
    return path.strip(), value


def _text(text: str) -> str:
    return sys.stdin.buffer.read().decode("utf-8", "replace") if text == "-" else text
