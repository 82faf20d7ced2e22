"""The command line: help, bad input, bugs."""

import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from mailbot import cli
from mailbot.cli import COMMANDS, commands

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"


def all_commands():
    context = commands.make_context("mailbot", ["parse"], resilient_parsing=True)
    for name in COMMANDS:
        command = commands.get_command(context, name)
        yield (name,), command
        for inner, subcommand in getattr(command, "commands", {}).items():
            yield (name, inner), subcommand


@pytest.mark.parametrize(
    ("path", "command"), list(all_commands()), ids=lambda x: " ".join(x) if type(x) is tuple else ""
)
def test_every_command_explains_itself_with_an_example(path, command):
    outcome = CliRunner().invoke(commands, [*path, "--help"])
    assert outcome.exit_code == 0
    assert "Example: mailbot" in outcome.output
    assert command.help


def test_the_list_of_commands_is_shown_without_importing_them():
    code = (
        "import sys; from mailbot.cli import run_command_line; run_command_line(['--help']);"
        "heavy = {'sqlalchemy', 'jinja2', 'msgspec', 'typst', 'imapclient', 'rich', 'structlog', 'mailbot.settings'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    outcome = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert outcome.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nonsense"], "No such command 'nonsense'"),
        (["parse"], "Missing argument 'FILE...'"),
        (["explain", "x.eml"], "Missing option '--data'"),
        (["explain", "--data", "absent", "x.eml"], "'absent' does not exist"),
        (["explain", "--data", str(DATA), "--as-of", "20/11/2026", "x.eml"], "'--as-of'"),
        (["explain", "--data", str(DATA), "absent.eml"], "absent.eml: no such file or folder"),
        (["explain", "--data", str(DATA), str(DATA)], "the folder holds no *.eml"),
        (["import", "absent"], "'absent' does not exist"),
        (["--folder", "absent", "doctor"], "'absent' does not exist"),
        (["--folder", str(DATA), "doctor"], "holds no config/mailbot.toml"),
    ],
)
def test_bad_input_is_one_line_that_names_it_and_status_2(arguments, says, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run_command_line(arguments) == 2
    captured = capsys.readouterr()
    assert says in captured.err
    assert len(captured.err.splitlines()) == 1
    assert captured.out == ""


def test_wrong_settings_are_named_with_file_and_key(capsys, tmp_path):
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text("[desk]\nadress = 'a@b.example'\n")
    assert cli.run_command_line(["--folder", str(tmp_path), "db", "current"]) == 2
    assert "config/mailbot.toml: unknown key desk.adress; did you mean address?" in capsys.readouterr().err


def test_a_bug_is_one_line_that_names_the_file_with_its_traceback(capsys, monkeypatch):
    def fail(*_arguments, **_options):
        raise RuntimeError("boom")

    monkeypatch.setattr(cli.commands, "main", fail)
    assert cli.run_command_line(["parse", "x"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    log = Path(line.split("its traceback is in ")[1].split(",")[0])
    assert "RuntimeError: boom" in log.read_text()
    assert log.stat().st_mode & 0o077 == 0
    log.unlink()


def test_the_database_is_made_and_filled_from_a_folder(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run_command_line(["import", str(DATA)]) == 2
    assert "mailbot db upgrade" in capsys.readouterr().err
    assert cli.run_command_line(["db", "upgrade"]) == 0
    assert cli.run_command_line(["db", "upgrade"]) == 0
    assert "nothing to do" in capsys.readouterr().out
    assert cli.run_command_line(["import", str(DATA)]) == 0
    assert "imported 220 prices, 9 entitlements, 6 contacts, 5 sites, 2 tax rates" in capsys.readouterr().out


def test_a_bad_row_is_named_and_nothing_of_the_import_is_kept(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    bad = tmp_path / "data"
    bad.mkdir()
    for file in DATA.iterdir():
        (bad / file.name).write_bytes(file.read_bytes())
    (bad / "entitlements.csv").write_text((DATA / "entitlements.csv").read_text("utf-8").replace("2027-01-31", "soon"))
    cli.run_command_line(["db", "upgrade"])
    cli.run_command_line(["import", str(DATA)])
    capsys.readouterr()
    assert cli.run_command_line(["import", str(bad)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "entitlements.csv" in line
    assert "8" in line
