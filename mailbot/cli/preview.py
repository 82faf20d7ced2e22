"""`mailbot preview`: how a reply looks."""

from pathlib import Path

import click

KINDS = ("quote", "ask", "answer", "acknowledgement", "decline", "staff", "reminder")
VARIANTS = (
    "first-quote", "revived-quote", "partial-quote", "co-term-quote", "question-reminder", "plain-acknowledgement",
)  # fmt: skip


@click.command("preview", epilog="Example: mailbot preview quote --language zh-Hans --output /tmp/preview")
@click.argument("kind", type=click.Choice((*KINDS, *VARIANTS)))
@click.option("--language", default="en", show_default=True, metavar="CODE", help="BCP 47 tag, for example zh-Hans.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("preview"),
    show_default=True,
    metavar="DIR",
    help="Folder for the files.",
)
@click.pass_obj
def command(folder: Path, kind: str, language: str, output: Path) -> None:
    """Write a reply of KIND or a variant with sample data: message, text, HTML and, for a quote, PDF and JSON.

    Your own templates and texts are used where your folder has them.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.parts import write_parts
    from mailbot.bootstrap.previewing import preview_reply

    reply = preview_reply(Installation(folder), kind, language)
    output.mkdir(parents=True, exist_ok=True)
    for path in write_parts(reply.raw, output / f"{kind}.{language}"):
        click.echo(path)
