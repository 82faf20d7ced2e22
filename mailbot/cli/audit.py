"""`mailbot audit verify`: the audit trail is as it was written."""

from pathlib import Path

import click

from mailbot.domain.errors import InputError


@click.group("audit", epilog="Example: mailbot audit verify")
def command() -> None:
    """Check that no line of the audit trail was changed."""


@command.command("verify", epilog="Example: mailbot audit verify --holds DIGEST-OF-LAST-TIME")
@click.option("--holds", "noted", metavar="DIGEST", help="A digest printed before: its line must be there still.")
@click.pass_obj
def verify(folder: Path, noted: str | None) -> None:
    """Check every line against the one before, and print how many there are and the digest of the last.

    The chain shows what was changed or taken out between lines. Note the digest elsewhere and give it with --holds the
    next time: it also shows when the end was cut off or all was made anew. Exit status 2 when something is wrong.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store

    with open_desk_store(Installation(folder)) as store, store.begin() as uow:
        broken, last = uow.audit.first_broken(), next(iter(uow.audit.newest(1)), None)
        is_there = noted is None or uow.audit.holds(noted)
    if broken is not None:
        raise InputError(f"the audit trail was changed: line {broken} does not fit the one before it")
    if not is_there:
        raise InputError(
            f"the audit trail has no line with the digest {noted}: its end was cut off, or it is another one"
        )
    click.echo(f"{last.id if last else 0} lines, whole; the last one's digest is {last.digest if last else 'none'}")
