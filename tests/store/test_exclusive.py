"""One service works on a SQLite file at a time."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mailbot.domain.errors import SetupError
from mailbot.store import exclusive_service_lock

HOLD = """
import sys, time
from mailbot.store import exclusive_service_lock
with exclusive_service_lock(sys.argv[1]):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_second_service_is_told_who_holds_the_database(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    told = pytest.raises(SetupError, match=rf"process {os.getpid()}.*stop it first")
    with exclusive_service_lock(url), told, exclusive_service_lock(url):
        pass
    with exclusive_service_lock(url):
        pass


def test_a_killed_service_leaves_the_database_free(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'm.db'}"
    with subprocess.Popen([sys.executable, "-c", HOLD, url], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(SetupError, match=f"process {holder.pid}"), exclusive_service_lock(url):
            pass
        holder.kill()
    with exclusive_service_lock(url):
        pass


def test_services_on_postgresql_do_not_exclude_one_another() -> None:
    url = "postgresql://localhost/mailbot"
    with exclusive_service_lock(url), exclusive_service_lock(url):
        pass
