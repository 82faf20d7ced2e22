"""`mailbot console` as a process: it says where it is, answers, and ends when it is told to."""

import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.bootstrap.consoling import console_app
from mailbot.bootstrap.installation import Installation
from mailbot.console.searching import kept_searchable
from mailbot.console.server import listen
from mailbot.domain.errors import SetupError
from mailbot.store import upgrade
from tests.console.conftest import SETTINGS


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config").mkdir()
    (tmp_path / "config" / "mailbot.toml").write_text(SETTINGS.replace("# port = 8025", "port = 0"), "utf-8")
    upgrade(f"sqlite:///{tmp_path / 'mailbot.sqlite3'}")
    return tmp_path


def test_the_command_serves_until_it_is_told_to_end(folder):
    command = [Path(sys.executable).parent / "mailbot", "--folder", folder, "console"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().split()[-1]
        with urllib.request.urlopen(f"{address}/login") as answer:  # noqa: S310  # the address is ours
            assert "mailbot" in answer.read().decode()
            assert "server" not in {name.lower() for name in answer.headers}
        with pytest.raises(urllib.error.HTTPError, match="404"):
            urllib.request.urlopen(f"{address}/nowhere")  # noqa: S310  # the address is ours
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    finally:
        process.kill()
        _, said = process.communicate()
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_named():
    with listen("127.0.0.1", 0) as taken:
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(SetupError, match=f"cannot listen on 127.0.0.1 port {port}"):
            listen("127.0.0.1", port)


def test_a_console_open_to_the_network_must_know_its_address(desk, folder):
    installation = Installation(folder, environment={"MAILBOT_CONSOLE__HOST": "0.0.0.0"})  # noqa: S104  # refused
    with pytest.raises(SetupError, match=r"console\.url must be set"):
        console_app(replace(desk.open, installation=installation))


def test_while_the_console_runs_every_case_becomes_searchable(desk):
    with kept_searchable(desk.app.state.console):
        until = time.monotonic() + 30
        while time.monotonic() < until and unsearched(desk):
            time.sleep(0.05)
    assert unsearched(desk) == 0


def unsearched(desk) -> int:
    with desk.store.begin() as uow:
        return len(uow.search.unsearched(1000))
