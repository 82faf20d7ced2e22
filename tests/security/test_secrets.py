"""Secrets and personal data: who may read the files, what logs and tracebacks say, what the audit trail proves."""

import datetime as dt
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
from argon2.profiles import CHEAPEST

from mailbot.bootstrap.consoling import desk_accounts
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.keys import desk_key
from mailbot.cli import run_command_line
from mailbot.domain.errors import Forbidden, SetupError
from mailbot.domain.staff import StaffRole
from mailbot.service.accounts import add_user, confirm_code, current_session, give_code, log_in, offer_code
from mailbot.settings import load_settings
from mailbot.settings.model import Secret
from mailbot.store import open_store, upgrade
from mailbot.store.backup import back_up, restore
from tests.security.attacked import DAY, REQUEST, letter
from tests.support.fakes import FakeClock

SETTINGS = (Path(__file__).parents[2] / "config" / "mailbot.toml").read_text("utf-8")
SECRET = "canary-secret-4711"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An operator's folder with a database."""
    (tmp_path / "config").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text(SETTINGS, "utf-8")
    upgrade(Installation(tmp_path, environment={}).database_url)
    return tmp_path


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_a_new_database_a_backup_and_a_restored_one_are_their_owners_alone(folder):
    os.umask(0o022)
    url = Installation(folder, environment={}).database_url
    with closing(open_store(url, FakeClock(DAY))) as store, store.begin() as uow:
        uow.audit.append(at=DAY, actor="a", kind="k", subject="s")
        assert {mode(path) for path in folder.glob("mailbot.sqlite3*")} == {0o600}
        uow.commit()
    back_up(url, folder / "copy")
    assert mode(folder / "copy") == 0o600
    restore(url, folder / "copy", dry_run=False)
    assert {mode(path) for path in folder.glob("mailbot.sqlite3*")} == {0o600}


@pytest.mark.parametrize("open_mode", [0o604, 0o644, 0o666, 0o602, 0o601])
def test_a_database_that_everybody_can_read_is_refused(folder, open_mode):
    url = Installation(folder, environment={}).database_url
    (folder / "mailbot.sqlite3").chmod(open_mode)
    with pytest.raises(SetupError, match="chmod o="):
        open_store(url, FakeClock(DAY))
    (folder / "mailbot.sqlite3").chmod(0o640)
    open_store(url, FakeClock(DAY)).close()


@pytest.mark.parametrize("open_mode", [0o604, 0o644, 0o666, 0o777])
@pytest.mark.parametrize("section", ["smtp", "database"])
def test_a_password_that_everybody_can_read_is_refused(folder, section, open_mode):
    file = folder / "secrets" / "password"
    file.write_text(SECRET)
    file.chmod(open_mode)
    settings = SETTINGS.replace(f"\n[{section}]\n", f'\n[{section}]\npassword_file = "secrets/password"\n')
    (folder / "config" / "mailbot.toml").write_text(settings, "utf-8")
    with pytest.raises(SetupError, match="chmod 600") as refusal:
        load_settings(folder / "config" / "mailbot.toml", {}, folder)
    assert SECRET not in str(refusal.value)
    file.chmod(0o600)
    assert load_settings(folder / "config" / "mailbot.toml", {}, folder)


@pytest.mark.parametrize(
    "show", [str, repr, ascii, "{}".format, "{!r}".format, lambda secret: f"{secret}", lambda s: f"{[s]}"]
)
def test_a_secret_does_not_show_itself(show):
    assert SECRET not in show(Secret(SECRET))


def test_no_error_of_the_settings_shows_a_password(folder):
    environment = {"MAILBOT_SMTP__PASSWORD": SECRET, "MAILBOT_SMTP__PORT": "wrong"}
    with pytest.raises(SetupError) as refusal:
        load_settings(folder / "config" / "mailbot.toml", environment, folder)
    assert SECRET not in str(refusal.value)


@pytest.mark.parametrize(
    "url", [f"postgresql://user:{SECRET}@127.0.0.1:1/x", f"postgresql://user:{SECRET}@/x?host=/nowhere"]
)
def test_no_command_tells_the_password_of_the_database(folder, url, capsys):
    settings = SETTINGS.replace('url = "sqlite:///mailbot.sqlite3"', f'url = "{url}"')
    (folder / "config" / "mailbot.toml").write_text(settings, "utf-8")
    for command in (["doctor"], ["db", "current"], ["ledger"], ["review", "list"], ["audit", "verify"]):
        run_command_line(["--folder", str(folder), *command])
        said = capsys.readouterr()
        assert SECRET not in said.out + said.err


@pytest.fixture
def member(folder: Path) -> tuple[Path, str]:
    """A folder with one member of staff, who has a second factor; and its secret."""
    installation = Installation(folder, environment={})
    with closing(open_store(installation.database_url, FakeClock(DAY))) as store:
        accounts = desk_accounts(installation, store, FakeClock(DAY), CHEAPEST)
        add_user(accounts, "anna", "Anna", StaffRole.AGENT, "a long password", actor="test")
        entry = log_in(accounts, "anna", "a long password", "::1")
        secret = offer_code(accounts, current_session(accounts, entry.secret))
        session = current_session(accounts, entry.secret)
        assert offer_code(accounts, session) == secret
        confirm_code(accounts, session, pyotp.TOTP(secret).at(DAY))
    return folder, secret


def database_bytes(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("mailbot.sqlite3*"))


def test_a_second_factor_cannot_be_read_from_the_database(member):
    folder, secret = member
    assert secret.encode() not in database_bytes(folder)
    with closing(sqlite3.connect(folder / "mailbot.sqlite3")) as connection:
        assert connection.execute("SELECT code_secret FROM users").fetchone()[0].startswith("sealed:")
    assert mode(folder / "secrets" / "desk-key") == 0o600


def test_a_second_factor_of_another_key_checks_no_code_and_says_what_to_do(member):
    folder, secret = member
    (folder / "secrets" / "desk-key").unlink()
    installation = Installation(folder, environment={})
    with closing(open_store(installation.database_url, FakeClock(DAY))) as store:
        accounts = desk_accounts(installation, store, FakeClock(DAY), CHEAPEST)
        entry = log_in(accounts, "anna", "a long password", "::1")
        assert entry.pending
        with pytest.raises(Forbidden, match="put that key back"):
            give_code(accounts, entry.secret, pyotp.TOTP(secret).at(DAY), "::1")


def test_second_factors_of_an_older_version_are_sealed_by_the_upgrade_and_go_on(member, capsys):
    folder, secret = member
    with closing(sqlite3.connect(folder / "mailbot.sqlite3")) as connection:
        connection.execute("UPDATE users SET code_secret = ?", (secret,))
        connection.execute("UPDATE sessions SET code_offer = ?", (secret,))
        connection.execute("UPDATE alembic_version SET version_num = '0008'")
        connection.commit()
    assert secret.encode() in database_bytes(folder)
    for told in ("1 second factors", "nothing to do"):
        assert run_command_line(["--folder", str(folder), "db", "upgrade"]) == 0
        assert told in capsys.readouterr().out
    assert secret.encode() not in database_bytes(folder)
    installation, later = Installation(folder, environment={}), DAY + dt.timedelta(minutes=5)
    with closing(open_store(installation.database_url, FakeClock(later))) as store:
        accounts = desk_accounts(installation, store, FakeClock(later), CHEAPEST)
        entry = log_in(accounts, "anna", "a long password", "::1")
        assert not give_code(accounts, entry.secret, pyotp.TOTP(secret).at(later), "::1").pending


@pytest.mark.parametrize("open_mode", [0o604, 0o640, 0o644, 0o777])
def test_a_desk_key_that_others_can_read_is_refused(folder, open_mode):
    desk_key(Installation(folder, environment={}))
    (folder / "secrets" / "desk-key").chmod(open_mode)
    with pytest.raises(SetupError, match="chmod 600"):
        desk_key(Installation(folder, environment={}))


@pytest.mark.parametrize("content", ["", "short", "AAAA", "\u00e9" * 40])
def test_what_is_no_desk_key_is_refused_and_not_overwritten(folder, content):
    file = folder / "secrets" / "desk-key"
    file.write_text(content)
    file.chmod(0o600)
    with pytest.raises(SetupError, match="is not the desk's key"):
        desk_key(Installation(folder, environment={}))
    assert file.read_text() == content


def test_logs_name_no_person_and_repeat_no_words_of_a_mail(desk, capsys):
    import structlog

    from mailbot.bootstrap.logging import write_log
    from mailbot.settings import LogSettings

    before = structlog.get_config()
    write_log(LogSettings(level="info", format="json"), sys.stdout)
    try:
        for body in (REQUEST, "What is canary-word?", REQUEST.replace("75", "0")):
            desk.take(letter(body, "Subject: canary-subject", sender="Ann Canary <ann.canary@person.example>"))
        desk.take(letter(sender="canary@x.example, canary@y.example"), letter(sender="("), b"\0" * 1000)
    finally:
        structlog.configure(**before)
    said = capsys.readouterr()
    for canary in ("canary", "person.example", "priya", "kestrel"):
        assert canary not in (said.out + said.err).lower()
    assert '"event"' in said.out


def test_a_traceback_that_is_logged_shows_no_values(capsys):
    import structlog

    from mailbot.bootstrap.logging import write_log
    from mailbot.settings import LogSettings

    before = structlog.get_config()
    write_log(LogSettings(level="info", format="text"), sys.stdout)
    try:
        secret = SECRET
        try:
            raise ValueError("something")
        except ValueError:
            structlog.get_logger("x").error("failed", exc_info=True)
        assert secret
    finally:
        structlog.configure(**before)
    said = capsys.readouterr().out
    assert "ValueError" in said
    assert SECRET not in said


def trail(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mailbot", "--folder", str(folder), "audit", "verify", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": os.environ["PATH"]})


TAMPERED = {
    "changed": "UPDATE audit SET actor = 'mallory' WHERE id = 2",
    "changed data": "UPDATE audit SET data = '{\"amount\": 999}' WHERE id = 2",
    "another time": "UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 3",
    "taken out": "DELETE FROM audit WHERE id = 2",
    "beginning taken out": "DELETE FROM audit WHERE id = 1",
    "swapped": "UPDATE audit SET kind = (SELECT kind FROM audit WHERE id = 3) WHERE id = 2",
    "digest made to fit": "UPDATE audit SET digest = 'x' || substr(digest, 2) WHERE id = 4",
}


@pytest.fixture
def audited(folder: Path) -> Path:
    """A folder whose trail has four lines."""
    url = Installation(folder, environment={}).database_url
    with closing(open_store(url, FakeClock(DAY))) as store, store.begin() as uow:
        for number in range(4):
            uow.audit.append(at=DAY, actor="anna", kind=f"Kind{number}", subject="Q-1", data={"amount": number})
        uow.commit()
    return folder


def tamper(folder: Path, statement: str, *, triggers: bool = True) -> None:
    """Carry out a statement on the database; without `triggers` as somebody who can drop them."""
    with closing(sqlite3.connect(folder / "mailbot.sqlite3")) as connection:
        names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in () if triggers else names:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("tampering", TAMPERED)
def test_what_was_changed_in_the_audit_trail_is_found(audited, tampering, capsys):
    verify = ["--folder", str(audited), "audit", "verify"]
    assert run_command_line(verify) == 0
    with pytest.raises(sqlite3.IntegrityError, match="only added to"):
        tamper(audited, TAMPERED[tampering])
    tamper(audited, TAMPERED[tampering], triggers=False)
    assert run_command_line(verify) == 2
    assert "the audit trail was changed: line" in capsys.readouterr().err


def test_an_end_that_was_cut_off_is_found_by_the_digest_noted_before(audited):
    whole = trail(audited)
    assert (whole.returncode, whole.stdout.partition(",")[0]) == (0, "4 lines")
    digest = whole.stdout.split()[-1]
    assert trail(audited, "--holds", digest).returncode == 0
    tamper(audited, "DELETE FROM audit WHERE id = 4", triggers=False)
    assert trail(audited).returncode == 0
    cut = trail(audited, "--holds", digest)
    assert cut.returncode == 2
    assert "cut off" in cut.stderr


@pytest.mark.parametrize("address", ["ann.canary@person.example", "Ann.Canary@Person.Example"])
def test_nothing_is_left_of_a_person_who_was_erased_in_any_file(desk, address, tmp_path):
    """Database, its log beside it, search words: the bytes themselves are gone."""
    from mailbot.store.privacy import erase_person

    body = REQUEST.replace("Nadia Ferreira", "Ann Canary") + "\ncanaryword in the mail\n"
    desk.take(letter(body, "Subject: canarysubject", sender=f"Ann Canary <{address}>"))
    desk.take(letter("What is canaryquestion?", sender=f"Ann Canary <{address}>"))
    with desk.store.begin() as uow:
        uow.alarms.ring(f"replies to {address.lower()}", "limit", desk.clock())
        uow.commit()
    with desk.store.write() as connection:
        erase_person(connection, address, desk.clock())
        connection.commit()
    desk.store.compact()
    left = b"".join(path.read_bytes() for path in desk.file.parent.glob("attacked.db*")).lower()
    for canary in (b"ann.canary", b"ann canary", b"canaryword", b"canarysubject", b"canaryquestion", b"person.example"):
        assert canary not in left
    desk.answers_good_mail()
