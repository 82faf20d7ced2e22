"""`mailbot import`: what the vendor has on file, from CSV files (contract, data files)."""

import getpass
from pathlib import Path

import click


@click.command("import", epilog="Example: mailbot import /srv/exports/2026-11-20")
@click.argument("data", metavar="DIR", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.pass_obj
def command(folder: Path, data: Path) -> None:
    """Replace everything on file by the files of DIR: prices.csv, entitlements.csv, contacts.csv and, where they are
    there, desk.toml and taxes.csv.

    A bad row is named with file and line, and then nothing of the import is kept.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store, utc_now
    from mailbot.domain.staff import StaffRole, operator
    from mailbot.service.staff import replace_records
    from mailbot.store.datafiles import load_data

    records, desk = load_data(data)
    with open_desk_store(Installation(folder)) as store:
        replace_records(store, utc_now, records, desk, operator(getpass.getuser(), StaffRole.ADMINISTRATOR))
    prices = sum(len(tiers) for tiers in records.price_book.prices.values())
    contacts = sum(len(site.contacts) for site in records.sites.values())
    click.echo(
        f"imported {prices} prices, {len(records.sens)} entitlements, {contacts} contacts, "
        f"{len(records.sites)} sites, {len(records.taxes)} tax rates"
    )
