"""A desk restored from a backup, or copied, answers nothing a second time; damaged backups are refused."""

import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.e2e.desk import until
from tests.faults.world import World, make_world

HALTED = "desk_is_halted"


@pytest.fixture(params=["sqlite", "postgres"])
def world(request, dovecot, tmp_path):
    url = request.getfixturevalue(f"{request.param}_url")
    with make_world(tmp_path, dovecot, url) as made:
        yield made


def restored(world: World, backup: Path) -> None:
    desk = world.desk
    assert "can be restored" in desk.call("restore", backup, "--dry-run")
    assert "the desk is halted" in desk.call("restore", backup)


def test_after_a_restore_nothing_is_answered_twice_and_nothing_is_lost(world: World, tmp_path):
    desk, backup = world.desk, tmp_path / "backup"
    world.deliver(6)
    with desk.running():
        world.settle()
        desk.call("backup", backup)
        world.deliver(6)
        world.settle()
    before = len(world.sink.taken)
    restored(world, backup)

    with desk.running():  # halted: it touches nothing
        until(lambda: desk.log().count("serving") == 2, seconds=30, what=desk.log)
        world.deliver(1)
        time.sleep(3)
        assert len(world.sink.taken) == before
        assert world.person.select_folder("INBOX", readonly=True)[b"EXISTS"] == 1
    assert "nothing was changed" in desk.call("resume", "--dry-run")
    told = desk.call("resume", "--as", "anna")
    with desk.running():
        world.settle()
    asked = [mail.message_id for mail in world.delivered if mail.reply_due]
    assert sorted(world.answered_by(one.raw) for one in world.sink.taken) == sorted(asked), told
    answered_since = sum(mail.reply_due for mail in world.delivered[6:12])
    assert f" {answered_since} mails had been answered" in told


def test_a_copy_of_a_desk_does_nothing_beside_it(sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        world.deliver(2)
        with world.desk.running():
            world.settle()
        file = sqlite_url.removeprefix("sqlite:///")
        shutil.copy(file, file + ".copy")
        with world.desk.running(MAILBOT_DATABASE__URL=sqlite_url + ".copy"):
            world.deliver(3)
            with world.desk.running():
                world.settle()
        assert HALTED in world.desk.log()
        assert not (found := world.problems()), found


def test_a_backup_is_whole_or_not_there(sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        desk, file = world.desk, tmp_path / "backup"
        assert desk.try_to("backup", file, MAILBOT_FAIL_POINT="backing_up").returncode == -signal.SIGKILL
        assert not file.exists()
        desk.call("backup", file)
        assert file.stat().st_mode & 0o077 == 0
        assert "is there already" in desk.try_to("backup", file).stderr
        file.write_bytes(file.read_bytes()[:5000])
        refused = desk.try_to("restore", file)
        assert (refused.returncode, "damaged" in refused.stderr) == (2, True)


def test_a_database_at_work_is_not_restored(sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        world.desk.call("backup", tmp_path / "backup")
        world.deliver(1)
        with world.desk.running():
            world.settle()
            assert "stop it first" in world.desk.try_to("restore", tmp_path / "backup").stderr
