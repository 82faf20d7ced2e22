"""`mailbot ledger`: where every mail is, and what is wrong."""

from pathlib import Path

import click

from mailbot.cli.output import print_json, print_text


@click.command("ledger", epilog="Example: mailbot ledger --json")
@click.option("--json", "as_json", is_flag=True, help="One JSON object for each folder.")
@click.pass_obj
def command(folder: Path, as_json: bool) -> int:
    """Print for each folder how many mails are in which state and came to which end, and the alarms that ring.

    A mail is unaccounted when it has ended and nobody was told: exit status 2 when there is one.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.storing import open_desk_store
    from mailbot.store.queries import ledger

    with open_desk_store(Installation(folder)) as store:
        with store.read() as connection:
            folders = ledger(connection)
        with store.begin() as uow:
            alarms = uow.alarms.ringing()
    for one in folders:
        states = {state.value: count for state, count in sorted(one.by_state.items(), key=lambda pair: pair[0].value)}
        outcomes = dict(sorted(one.by_outcome.items()))
        if as_json:
            figures = {"states": states, "outcomes": outcomes, "unaccounted": one.unaccounted, "total": one.total}
            print_json({"mailbox": f"{one.account}/{one.folder}", **figures})
        else:
            print_text(f"{one.account}/{one.folder}: {one.total} mails, {one.unaccounted} unaccounted")
            print_text("  " + ", ".join(f"{count} {name}" for name, count in {**states, **outcomes}.items()))
    for alarm in () if as_json else alarms:
        print_text(f"ALARM  {alarm.name}: {alarm.words} (since {alarm.since:%Y-%m-%d %H:%M} UTC)")
    return 2 if any(one.unaccounted for one in folders) else 0
