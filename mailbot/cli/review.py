"""`mailbot review`: what waits for staff, and what staff do with it."""

from pathlib import Path

import click

from mailbot.cli.output import mark_words, print_text


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
