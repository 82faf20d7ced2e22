"""The disk or the database fails for a time: intake stops before it loses, and all goes on by itself."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.desk import until
from tests.faults.world import make_world
from tests.support.postgres import running_postgres

DISK = "size=6m"


@pytest.fixture
def small_disk(tmp_path: Path):
    """A disk of six megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0 or subprocess.run(["mount", "-t", "tmpfs", "-o", DISK, "tmpfs", folder]).returncode:
        pytest.skip("a small disk can only be mounted by root")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_stops_intake_and_nothing_is_lost(small_disk, sqlite_url, dovecot, tmp_path):
    database = small_disk / "mailbot.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), database)
    ballast = small_disk / "ballast"
    floor = {"MAILBOT_MONITORING__FREE_MEGABYTES": "0"}
    with make_world(tmp_path, dovecot, f"sqlite:///{database}", **floor) as world:
        world.deliver(4)
        with world.desk.running():
            world.settle()
            with ballast.open("wb", buffering=0) as file:
                fill(file)
            world.deliver(30)
            until(lambda: "full" in world.desk.log(), seconds=30, what=world.desk.log)
            time.sleep(1)
            ballast.unlink()
            world.settle(seconds=90)
        assert not (found := world.problems()), found


def test_below_the_floor_no_mail_is_taken_in(small_disk, sqlite_url, dovecot, tmp_path):
    database = small_disk / "mailbot.db"
    shutil.copy(sqlite_url.removeprefix("sqlite:///"), database)
    floor = {"MAILBOT_MONITORING__FREE_MEGABYTES": "100"}
    with make_world(tmp_path, dovecot, f"sqlite:///{database}", **floor) as world:
        world.deliver(2)
        with world.desk.running():
            until(lambda: "nearly full" in world.desk.log(), seconds=30, what=world.desk.log)
        assert "2 not stored" in world.unsettled()


def test_a_database_that_is_away_is_waited_for(dovecot, tmp_path):
    with running_postgres() as postgres, postgres.database() as url, make_world(tmp_path, dovecot, url) as world:
        with world.desk.running():
            world.deliver(3)
            world.settle()
            postgres.control("stop", "-m", "immediate")
            world.deliver(5)
            time.sleep(4)
            postgres.control("restart")
            world.settle(seconds=60)
        assert not (found := world.problems()), found


def fill(file) -> None:
    """Write until the disk is full."""
    try:
        while True:
            file.write(bytes(4096))
    except OSError:
        return
