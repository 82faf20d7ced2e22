"""`mailbot parse`: what a message holds, as one JSON object per line (contract, `parse`)."""

import sys
from pathlib import Path

import click

from mailbot.cli.output import print_json, print_text


@click.command("parse", epilog="Example: mailbot parse --json inbox/*.eml | head -1")
@click.option("--json/--page", "as_json", default=True, help="One JSON object per line, or a page to read.")
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.pass_obj
def command(folder: Path, as_json: bool, files: tuple[str, ...]) -> int:
    """Read one RFC 5322 message per FILE (- is standard input) and print what it holds.

    A FILE that is no message is named on standard error; the others are printed all the same.
    """
    from mailbot.bootstrap.explaining import message_reader
    from mailbot.bootstrap.installation import Installation
    from mailbot.cli.parse_json import message_object
    from mailbot.cli.parse_page import message_page
    from mailbot.domain.errors import InputError

    refused = 0
    with message_reader(Installation(folder)) as read:
        for name in files:
            try:
                message = read(_raw(name))
            except InputError as error:
                click.echo(f"mailbot: {name}: {error}", err=True)
                refused += 1
                continue
            if as_json:
                print_json(message_object(name, message))
            else:
                print_text(message_page(name, message))
    return 2 if refused else 0


def _raw(name: str) -> bytes:
    from mailbot.domain.errors import InputError

    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}") from error
