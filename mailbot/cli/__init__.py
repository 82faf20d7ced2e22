"""The command line: one module per command, each imported only when it is called.

No traceback reaches a user: bad input and a wrong installation end with one line on standard error and exit status 2,
a bug with one line that names the file holding its traceback and exit status 1.
"""

import importlib
import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from mailbot.domain.errors import MailbotError

COMMANDS = {
    "parse": ("mailbot.cli.parse", "Read messages and print what they hold."),
    "explain": ("mailbot.cli.explain", "Decide without doing: print every value, reason and figure."),
    "import": ("mailbot.cli.imports", "Replace prices, entitlements and contacts by those of a folder."),
    "run": ("mailbot.cli.run", "Run the desk until it is told to stop."),
    "demo": ("mailbot.cli.demo", "Run the desk on sample mail with embedded servers."),
    "console": ("mailbot.cli.console", "Serve the staff web application alone."),
    "users": ("mailbot.cli.users", "Add and change those who may use the console."),
    "review": ("mailbot.cli.review", "List, show and settle what waits for staff."),
    "quote": ("mailbot.cli.quote", "Check the data of a quote, or show the key that signs them."),
    "ledger": ("mailbot.cli.ledger", "Tell where every mail is, and which alarms ring."),
    "audit": ("mailbot.cli.audit", "Check that no line of the audit trail was changed."),
    "backup": ("mailbot.cli.backup:backup", "Write the whole database into a file, while the service runs."),
    "restore": ("mailbot.cli.backup:restore", "Put the database of a backup in place; the desk is halted after it."),
    "resume": ("mailbot.cli.backup:resume", "Compare with archive and mailboxes, then let a halted desk go on."),
    "export": ("mailbot.cli.privacy:export", "Print all that is kept of one person."),
    "erase": ("mailbot.cli.privacy:erase", "Empty every case of one person."),
    "retention": ("mailbot.cli.privacy:retention", "Empty what is older than the settings allow."),
    "db": ("mailbot.cli.db", "Create or upgrade the database, or tell its version."),
    "doctor": ("mailbot.cli.doctor", "Check the installation and say what to mend."),
    "login": ("mailbot.cli.login", "Get the first token of a login by OAuth, with a browser."),
    "preview": ("mailbot.cli.preview", "Write a sample of a reply as text, HTML and PDF."),
}


class LazyCommands(click.Group):
    """A group whose commands are imported when they are called, so that `mailbot --help` stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of this name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name][0].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name or "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the list of commands without importing any of them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


@click.group(
    cls=LazyCommands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 120},
    epilog="Example: mailbot --folder /etc/mailbot doctor",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    envvar="MAILBOT_FOLDER",
    metavar="DIR",
    help="The operator's folder: its config/ and templates/ overlay the shipped ones file by file, and relative paths "
    "of the settings start there.  [default: the current folder]",
)
@click.version_option(package_name="mailbot", message="%(prog)s %(version)s")
@click.pass_context
def commands(ctx: click.Context, folder: Path | None) -> None:
    """Run a software vendor's reseller quote desk by e-mail."""
    if folder is not None and not (folder / "config" / "mailbot.toml").is_file():
        raise click.BadParameter(f"{folder} holds no config/mailbot.toml", ctx, param_hint="'--folder'")
    ctx.obj = folder if folder is not None else Path()


def run_command_line(arguments: Sequence[str]) -> int:
    """Carry out a command line and return its exit status: 0, 1 for a bug, 2 for bad input, 130 when interrupted."""
    try:
        status = commands.main(list(arguments), prog_name="mailbot", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        _say(error.format_message().replace("\n", " "))
        return 2
    except MailbotError as error:
        _say(str(error))
        return 2
    except (click.Abort, KeyboardInterrupt):
        _say("interrupted")
        return 130
    except BrokenPipeError:
        # The reader of our output has gone; what is still buffered must not raise again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception:  # every other exception is a bug, and is kept for its report
        _say(f"internal error; its traceback is in {_keep_traceback()}, please report it")
        return 1
    return status if isinstance(status, int) else 0


def _say(message: str) -> None:
    click.echo(f"mailbot: {message}", err=True)


def _keep_traceback() -> str:
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="mailbot-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write(f"mailbot {' '.join(sys.argv[1:])}\n\n{traceback.format_exc()}")
    return log.name
