"""`mailbot doctor` looks at logins by OAuth, from the token endpoint to the mail servers."""

from pathlib import Path

import pytest

from mailbot import cli
from tests.support.dovecot import ABSENT, DOVECOT
from tests.support.smtp_sink import running_sink
from tests.support.token_server import DESK_WITH_LOGIN, TokenServer, dovecot_with_tokens, running_token_server

SETTINGS = (
    DESK_WITH_LOGIN
    + """token_url = "{tokens.url}"
scopes = ["mail"]
client_id = "{tokens.client_id}"
client_secret_ends = {ends}
refresh_token_file = "refresh"

[[mailboxes]]
account = "quotes"
host = "127.0.0.1"
port = {imap_port}
security = "none"
user = "{tokens.user}"
login = "desk"

[smtp]
host = "127.0.0.1"
port = {smtp_port}
security = "none"
user = "{tokens.user}"
login = "desk"
"""
)


@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
@pytest.mark.skipif(DOVECOT is None, reason=ABSENT)
def test_logins_by_tokens_are_tried_and_what_is_wrong_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def doctor(tokens: TokenServer, imap_port: int, smtp_port: int, ends: str) -> dict[str, str]:
        (tmp_path / "config").mkdir(exist_ok=True)
        text = SETTINGS.format(tokens=tokens, imap_port=imap_port, smtp_port=smtp_port, ends=ends)
        (tmp_path / "config" / "mailbot.toml").write_text(text)
        cli.run_command_line(["--folder", str(tmp_path), "db", "upgrade"])
        capsys.readouterr()
        cli.run_command_line(["--folder", str(tmp_path), "doctor"])
        return _by_subject(capsys.readouterr().out)

    monkeypatch.setenv("MAILBOT_LOGINS__DESK__CLIENT_SECRET", "client-secret")
    (tmp_path / "refresh").write_text("first-token\n")
    (tmp_path / "refresh").chmod(0o600)
    with (
        running_token_server() as tokens,
        dovecot_with_tokens(tokens) as imap,
        running_sink(tokens=tokens.access_tokens) as smtp,
    ):
        good = doctor(tokens, imap.port, smtp.port, "2999-12-31")
        assert "a token from other, client secret good until 2999-12-31" in good["login desk"]
        assert f"login of {tokens.user}" in good["mailbox quotes/INBOX"]
        assert f"127.0.0.1:{smtp.port}" in good["smtp"]
        assert len(tokens.asked) == 1  # all share one token

        ended = doctor(tokens, imap.port, smtp.port, "2026-01-01")
        assert "the client secret ends on 2026-01-01" in ended["login desk"]

        tokens.refresh_tokens.clear()
        (tmp_path / "refresh").write_text("another-token\n")
        revoked = doctor(tokens, imap.port, smtp.port, "2999-12-31")
        for subject in ("login desk", "mailbox quotes/INBOX", "smtp"):
            assert "invalid_grant" in revoked[subject]
            assert "log in anew" in revoked[subject]


def _by_subject(page: str) -> dict[str, str]:
    """Return doctor's findings by subject."""
    return dict(line[6:].split(": ", 1) for line in page.splitlines() if ": " in line[6:])
