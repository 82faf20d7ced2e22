"""`mailbot quote`: the key, and the check of a quote's data."""

import json
from pathlib import Path

import pytest

from mailbot import cli


@pytest.fixture
def previewed(tmp_path, monkeypatch):
    """The data of a sample quote, which is signed with the key that everybody knows."""
    monkeypatch.chdir(tmp_path)
    assert cli.run_command_line(["preview", "quote", "--output", "."]) == 0
    return Path("quote.en.json")


SAMPLE_KEY = "O2onvM62pC1io6jQKm8Nc2UyFXcd4kOmOsBIoYtZ2ik="


def test_the_key_is_made_when_asked_for_and_stays(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert cli.run_command_line(["quote", "key"]) == 2
    assert "`mailbot quote key --create`" in capsys.readouterr().err
    assert cli.run_command_line(["quote", "key", "--create"]) == 0
    made = capsys.readouterr().out
    assert cli.run_command_line(["quote", "key"]) == 0
    assert capsys.readouterr().out == made
    assert (tmp_path / "secrets" / "quote-signing-key.pem").stat().st_mode & 0o777 == 0o600


def test_a_quote_that_agrees_has_status_0(previewed, capsys):
    assert cli.run_command_line(["quote", "verify", "--key", SAMPLE_KEY, str(previewed)]) == 0
    assert "quote Q-2026-00318/2, signed with" in capsys.readouterr().out


def test_what_is_wrong_is_said_with_status_1(previewed, capsys):
    document = json.loads(previewed.read_text("utf-8"))
    document["quote"]["total"] = "44.00"
    previewed.write_text(json.dumps(document), "utf-8")
    capsys.readouterr()

    assert cli.run_command_line(["quote", "verify", "--key", SAMPLE_KEY, str(previewed)]) == 1
    assert capsys.readouterr().out.splitlines() == [
        "quote.en.json: the signature does not fit: the file was changed after it was signed",
        "quote.en.json: total is 10044.00, not 44.00",
    ]


def test_a_sample_is_not_signed_by_the_desk(previewed, capsys):
    cli.run_command_line(["quote", "key", "--create"])
    assert cli.run_command_line(["quote", "verify", str(previewed)]) == 1
    assert "which is not ours" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["verify", "quote.en.json"], "no key to check against"),
        (["verify", "--key", SAMPLE_KEY, "quote.en.html"], "quote.en.html: no JSON"),
        (["verify", "--key", SAMPLE_KEY, "absent.json"], "absent.json"),
        (["verify", "--key", "abc", "quote.en.json"], "'abc' is no public key"),
    ],
)
def test_bad_input_has_status_2(previewed, capsys, arguments, says):
    assert cli.run_command_line(["quote", *arguments]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line
