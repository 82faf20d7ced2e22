"""Settings: file, environment, secrets, and what is refused."""

import datetime as dt
from pathlib import Path

import pytest

from mailbot.domain.errors import SetupError
from mailbot.ports.connection import Security
from mailbot.settings import load_settings

MINIMAL = """
[desk]
address = "quotes@seller.example"
display_name = "Quotes"
[seller]
name = "Seller"
[policy]
pack = "2026-07-01"
"""
MAILBOX = """
[[mailboxes]]
account = "Quotes-EU"
host = "imap.seller.example"
user = "quotes"
"""


@pytest.fixture
def load(tmp_path):
    def load(text, environment=None):
        file = tmp_path / "mailbot.toml"
        file.write_text(text, "utf-8")
        return load_settings(file, environment or {}, tmp_path)

    return load


def test_keys_that_are_not_written_have_their_defaults(load):
    settings = load(MINIMAL)
    assert settings.smtp.security is Security.STARTTLS
    assert settings.limits.max_message_bytes == 25_000_000
    assert settings.mailboxes == ()


def test_a_mailbox_is_read_over_tls_by_default_and_left_alone(load):
    (box,) = load(MINIMAL + MAILBOX).mailboxes
    assert (box.port, box.security, box.folders, box.after) == (993, Security.TLS, ("INBOX",), "nothing")
    assert box.since == "now"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (MINIMAL + "[smtp]\nhosst = 'x'\n", r"mailbot.toml: unknown key smtp.hosst; did you mean host\?"),
        (MINIMAL + "[reminders]\nafter_business_days = [7, 3]\n", "reminders.*must rise"),
        ("[seller]\nname = 'S'\nlogos = 'x'\n", r"mailbot.toml: unknown key seller.logos; did you mean logo\?"),
        (MINIMAL + "[smpt]\n", r"mailbot.toml: unknown key smpt; did you mean smtp\?"),
        (MINIMAL + MAILBOX + "folder = 'INBOX'\n", r"unknown key mailboxes.folder; did you mean folders\?"),
        (MINIMAL + "[smtp]\nport = 'x'\n", "smtp.port: expected `int`, got `str`"),
        (MINIMAL + "[smtp]\nport = 70000\n", "smtp.port"),
        (MINIMAL + "[smtp]\nsecurity = 'ssl'\n", "smtp.security"),
        (MINIMAL + MAILBOX + "after = 'delete'\n", r"mailboxes\[0\].after"),
        (MINIMAL + MAILBOX + "since = '2026-11-31'\n", r"mailboxes\[0\]"),
        (MINIMAL + MAILBOX + MAILBOX, "same account"),
        (MINIMAL + "[mailboxes]\naccount = 'x'\n", r"written \[\[mailboxes\]\]"),
        ("smtp = 3\n" + MINIMAL, r"smtp must be a section, written \[smtp\]"),
        (MINIMAL + "[monitoring]\nmail_to = ['a@b.example', 'nobody']\n", r"monitoring.mail_to\[1\]: 'nobody' is no"),
        ("[desk]\naddress = 'nobody'\n", "desk.address|display_name"),
        ("desk = [", "is not TOML"),
    ],
)
def test_what_is_wrong_is_named_with_file_and_key(load, text, says):
    with pytest.raises(SetupError, match=says):
        load(text)


def test_a_password_in_the_file_is_refused_with_the_way_out(load):
    with pytest.raises(SetupError, match=r"smtp.password_file or set MAILBOT_SMTP__PASSWORD"):
        load(MINIMAL + "[smtp]\npassword = 'hunter2'\n")


def test_the_environment_wins_over_the_file(load):
    settings = load(
        MINIMAL + MAILBOX + "[smtp]\nport = 25\n",
        {
            "MAILBOT_SMTP__PORT": "2525",
            "MAILBOT_INTAKE__POLL_SECONDS": "2.5",
            "MAILBOT_SMTP__USER": "12345",
            "MAILBOT_SELLER__ADDRESS": '["1 Street", "Town"]',
            "MAILBOT_MAILBOXES__QUOTES_EU__PORT": "143",
            "MAILBOT_FOLDER": "/elsewhere",
            "PATH": "/bin",
        },
    )
    assert settings.smtp.port == 2525
    assert settings.intake.poll_seconds == 2.5
    assert settings.smtp.user == "12345"
    assert settings.seller.address == ("1 Street", "Town")
    assert settings.mailboxes[0].port == 143


@pytest.mark.parametrize(
    ("variable", "says"),
    [
        ("MAILBOT_SMPT__PORT", r"MAILBOT_SMPT__PORT: unknown section smpt; did you mean smtp\?"),
        ("MAILBOT_SMTP__POORT", r"MAILBOT_SMTP__POORT: unknown key smtp.poort; did you mean port\?"),
        ("MAILBOT_MAILBOXES__US__PORT", "there are: quotes_eu"),
    ],
)
def test_an_unknown_variable_is_refused(load, variable, says):
    with pytest.raises(SetupError, match=says):
        load(MINIMAL + MAILBOX, {variable: "1"})


def test_a_secret_comes_from_its_file_without_the_line_end_and_does_not_show_itself(load, tmp_path):
    secret = tmp_path / "imap-password"
    secret.write_text("hunter2\n")
    secret.chmod(0o600)
    settings = load(MINIMAL + MAILBOX + "password_file = 'imap-password'\n")
    assert settings.mailboxes[0].password.reveal() == "hunter2"
    assert "hunter2" not in repr(settings)


def test_a_secret_of_the_environment_wins_over_its_file(load):
    settings = load(MINIMAL + "[smtp]\npassword_file = 'absent'\n", {"MAILBOT_SMTP__PASSWORD": "hunter2"})
    assert settings.smtp.password.reveal() == "hunter2"


def test_a_secret_file_that_everybody_can_read_is_refused(load, tmp_path):
    (tmp_path / "open").write_text("hunter2")
    (tmp_path / "open").chmod(0o644)
    with pytest.raises(SetupError, match=r"smtp.password_file: everybody can read .*open; run: chmod 600"):
        load(MINIMAL + "[smtp]\npassword_file = 'open'\n")


def test_an_absent_secret_file_is_named(load):
    with pytest.raises(SetupError, match=r"database.password_file: .*absent cannot be read"):
        load(MINIMAL + "[database]\npassword_file = 'absent'\n")


def test_an_absent_settings_file_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"absent.toml: cannot be read"):
        load_settings(Path(tmp_path / "absent.toml"), {}, tmp_path)


LOGIN = """
[[logins]]
name = "Desk-1"
provider = "microsoft"
client_id = "x"
"""


def test_a_login_takes_its_secrets_from_files_and_the_environment(load, tmp_path):
    (tmp_path / "refresh").write_text("token\n")
    (tmp_path / "refresh").chmod(0o600)
    text = (
        MINIMAL + LOGIN + "refresh_token_file = 'refresh'\nclient_secret_ends = 2027-05-01\n[smtp]\nlogin = 'Desk-1'\n"
    )
    [login] = load(text, {"MAILBOT_LOGINS__DESK_1__CLIENT_SECRET": "hush"}).logins
    assert (login.refresh_token.reveal(), login.client_secret.reveal()) == ("token", "hush")
    assert login.client_secret_ends == dt.date(2027, 5, 1)
    assert not any(word in repr(login) for word in ("'token'", "hush"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            LOGIN + "client_secret = 'x'\n",
            r"secrets are not written here; .*MAILBOT_LOGINS__DESK_1__CLIENT_S",
        ),
        (LOGIN + LOGIN, "two of the .*logins.* have the same name"),
        (LOGIN + "[smtp]\nlogin = 'Desk'\n", r"smtp.login: no .*logins.* has the name 'Desk'"),
        (LOGIN.replace("microsoft", "other"), "needs token_url and scopes"),
        (LOGIN.replace("microsoft", "google") + "grant = 'client_credentials'\n", "refresh_token"),
        (LOGIN + "tenant = 'a/b'\n", r"logins\[0\].tenant"),
    ],
)
def test_a_login_that_cannot_work_is_refused(load, text, says):
    with pytest.raises(SetupError, match=says):
        load(MINIMAL + text)
