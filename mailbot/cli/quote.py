"""`mailbot quote`: the signed data of quotes, and the key behind it."""

from pathlib import Path
from typing import BinaryIO

import click

from mailbot.cli.output import print_text


@click.group("quote", epilog="Example: mailbot quote verify Q-2026-00318-2.json")
def command() -> None:
    """Check the data of a quote, or show the key that signs them."""


@command.command("verify", epilog="Example: mailbot quote verify --key 'Ed...=' Q-2026-00318-2.json")
@click.argument("file", type=click.File("rb"), metavar="FILE")
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar="BASE64",
    help="A public key to check against (repeatable).  [default: the desk's own]",
)
@click.pass_obj
def verify(folder: Path, file: BinaryIO, keys: tuple[str, ...]) -> int:
    """Check the signature of FILE, a quote's JSON, and compute every amount anew from its prices, days and formulas.

    Exit status 0 when all agrees, 1 when something does not, 2 when FILE is no quote.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.signing import existing_signer
    from mailbot.domain.errors import InputError
    from mailbot.domain.recomputing import amounts_of
    from mailbot.replies.quote_json import LARGEST, faults, read_signed_json
    from mailbot.replies.signing import PublicKey

    own = None if keys else existing_signer(Installation(folder))
    trusted = [own.public] if own else [PublicKey(key) for key in keys]
    if not trusted:
        raise InputError("no key to check against: this desk has none yet; give the seller's with --key")
    try:
        signed = read_signed_json(file.read(LARGEST + 1))
    except InputError as error:
        raise InputError(f"{file.name}: {error}") from error
    found = faults(signed, trusted)
    for fault in found:
        print_text(f"{file.name}: {fault}")
    if not found:
        name, count = f"{signed.quote.number}/{signed.quote.revision}", amounts_of(signed.quote)
        print_text(f"{file.name}: quote {name}, signed with {signed.key_id}; all {count} amounts agree")
    return 1 if found else 0


@command.command("key", epilog="Example: mailbot quote key --create")
@click.option("--create", is_flag=True, help="Make the key if there is none yet; otherwise the first start does.")
@click.pass_obj
def key(folder: Path, create: bool) -> None:
    """Print the public key that checks the desk's quotes, and the id under which they name it."""
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.signing import desk_signer, existing_signer, key_file
    from mailbot.domain.errors import InputError

    installation = Installation(folder)
    signer = desk_signer(installation) if create else existing_signer(installation)
    if signer is None:
        raise InputError(f"there is no key yet: {key_file(installation)}; make it with `mailbot quote key --create`")
    click.echo(f"key id      {signer.public.key_id}")
    click.echo(f"public key  {signer.public.text}")
