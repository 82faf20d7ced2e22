"""`mailbot preview`: how a reply looks."""

from pathlib import Path

import click

KINDS = ("quote", "ask", "answer", "acknowledgement", "decline", "staff", "reminder")


@click.command("preview", epilog="Example: mailbot preview quote --language zh-Hans --output /tmp/preview")
@click.argument("kind", type=click.Choice(KINDS))
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
    """Write a reply of KIND with sample data as a message, text, HTML and, for a quote, PDF and JSON.

    Your own templates and texts are used where your folder has them.
    """
    from mailbot.bootstrap.installation import Installation
    from mailbot.bootstrap.parts import write_parts
    from mailbot.bootstrap.previewing import preview_reply
    from mailbot.domain.outgoing import ReplyKind

    reply = preview_reply(Installation(folder), ReplyKind(kind), language)
    output.mkdir(parents=True, exist_ok=True)
    for path in write_parts(reply.raw, output / f"{kind}.{language}"):
        click.echo(path)
