"""`mailbot explain`: decides threads without sending or storing anything (contract, `explain`)."""

import datetime as dt
from pathlib import Path

import click

from mailbot.cli.output import mark_words, print_json, print_text


@click.command(
    "explain",
    epilog="Example: mailbot explain --data config/demo/data --as-of 2026-11-20 request.eml",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object per line instead of a page to read.")
@click.option(
    "--data",
    required=True,
    metavar="DIR",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    help="Folder with prices.csv, entitlements.csv, contacts.csv and, if need be, desk.toml and taxes.csv.",
)
@click.option(
    "--as-of",
    metavar="DATE",
    type=click.DateTime(formats=["%Y-%m-%d"]),
    help="The day of the decision, as YYYY-MM-DD.  [default: today, UTC]",
)
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.pass_obj
def command(folder: Path, as_json: bool, data: Path, as_of: dt.datetime | None, paths: tuple[str, ...]) -> None:
    """Decide each PATH and print every value, its evidence, the reasons, the quote and the reply.

    A PATH is one message, or a folder that holds one thread as *.eml, taken in the order of their names.
    """
    from mailbot.bootstrap.explaining import explainer
    from mailbot.bootstrap.installation import Installation
    from mailbot.cli.explain_json import decision_object
    from mailbot.cli.explain_page import decision_page

    threads = [(name, _thread(Path(name))) for name in paths]
    mark = mark_words()
    today = as_of.date() if as_of else dt.datetime.now(dt.UTC).date()
    with explainer(Installation(folder), data, today) as explain:
        for name, files in threads:
            explained = explain([_raw(file) for file in files])
            if as_json:
                print_json(decision_object(name, explained.decision, explained.reply))
            else:
                print_text(decision_page(name, explained.decision, explained.messages, explained.reply, mark))


def _thread(path: Path) -> list[Path]:
    from mailbot.domain.errors import InputError

    if path.is_dir():
        files = sorted(path.glob("*.eml"))
        if not files:
            raise InputError(f"{path}: the folder holds no *.eml; name a message or the folder of one thread")
        return files
    if not path.is_file():
        raise InputError(f"{path}: no such file or folder")
    return [path]


def _raw(file: Path) -> bytes:
    from mailbot.domain.errors import InputError

    try:
        return file.read_bytes()
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}") from error
