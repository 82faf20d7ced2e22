"""`mailbot login`: from the address that is opened to the file with the refresh token."""

import base64
import hashlib
import re
import urllib.parse
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from mailbot import cli
from tests.support.token_server import DESK_WITH_LOGIN, TokenServer, running_token_server

SETTINGS = (
    DESK_WITH_LOGIN
    + """authorize_url = "https://login.example/authorize"
token_url = "{tokens.url}"
scopes = ["mail", "offline_access"]
client_id = "{tokens.client_id}"
refresh_token_file = "secrets/refresh"

[[mailboxes]]
account = "quotes"
host = "imap.example"
user = "quotes@seller.example"
login = "desk"
"""
)


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with running_token_server() as server:
        yield server


@pytest.fixture
def log_in(tokens: TokenServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text(SETTINGS.format(tokens=tokens))
    monkeypatch.setenv("MAILBOT_LOGINS__DESK__CLIENT_SECRET", "client-secret")
    monkeypatch.setattr("mailbot.mail.consent.secrets.token_urlsafe", lambda size: "v" * size)

    def run(pasted: str, name: str = "desk") -> Result:
        return CliRunner().invoke(cli.commands, ["--folder", str(tmp_path), "login", name], input=f"{pasted}\n")

    return run


def test_a_login_ends_with_the_refresh_token_in_its_file(
    log_in: Callable[..., Result], tokens: TokenServer, tmp_path: Path
) -> None:
    done = log_in(f"http://localhost/?code={tokens.code}&state={'v' * 24}&session_state=x")

    assert done.exit_code == 0, done.output
    file = tmp_path / "secrets" / "refresh"
    assert file.read_text().strip() in tokens.refresh_tokens
    assert file.stat().st_mode & 0o777 == 0o600
    shown = re.search(r"https://login\.example/authorize\S+", done.output)
    assert shown is not None
    asked = dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(shown[0]).query))
    assert (asked["client_id"], asked["scope"]) == (tokens.client_id, "mail offline_access")
    assert (asked["login_hint"], asked["redirect_uri"]) == ("quotes@seller.example", "http://localhost")
    [exchanged] = tokens.asked
    digest = hashlib.sha256(exchanged["code_verifier"].encode()).digest()
    assert asked["code_challenge"] == base64.urlsafe_b64encode(digest).decode().rstrip("=")
    assert exchanged["code_verifier"] not in done.output


@pytest.mark.parametrize(
    ("pasted", "says"),
    [
        ("http://localhost/?code=code-of-the-browser&state=another", "another attempt"),
        ("http://localhost/?error=access_denied&error_description=No", "refused: access_denied No"),
        ("the page cannot be reached", "paste the whole"),
    ],
)
def test_what_is_no_answer_to_this_login_is_refused(
    log_in: Callable[..., Result], tokens: TokenServer, tmp_path: Path, pasted: str, says: str
) -> None:
    done = log_in(pasted)

    assert done.exit_code != 0
    assert says in str(done.exception)
    assert tokens.asked == []
    assert not (tmp_path / "secrets" / "refresh").exists()


def test_a_code_that_the_provider_does_not_know_is_told(log_in: Callable[..., Result]) -> None:
    assert "The code is not known." in str(log_in(f"http://localhost/?code=old&state={'v' * 24}").exception)


def test_an_unknown_login_is_told_with_those_that_there_are(log_in: Callable[..., Result]) -> None:
    assert "there are: desk" in str(log_in("", name="desc").exception)
