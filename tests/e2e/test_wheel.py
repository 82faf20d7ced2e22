"""The wheel, installed alone, finds its data files and runs the demo from an empty folder."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder that holds the installed wheel alone; what it depends on comes from the environment of the tests."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder / "dist", ROOT]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    install = ["install", "--quiet", "--no-deps", "--no-index", "--target", folder / "site", wheel]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True, capture_output=True)
    return folder / "site"


def run(site, folder, *arguments):
    environment = {**os.environ, "PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    return subprocess.run(
        [sys.executable, "-m", "mailbot", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )


def test_the_program_is_the_installed_one(installed, tmp_path):
    outcome = run(installed, tmp_path, "doctor")
    assert f"ok    settings: {installed}/mailbot/_data/config/mailbot.toml" in outcome.stdout


def test_the_demo_runs_from_an_empty_folder_and_ends_by_itself(installed, tmp_path):
    outcome = run(installed, tmp_path, "demo")
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    replies = tmp_path / "demo-output" / "replies"
    assert len(list(replies.glob("*.eml"))) == 17  # all but the automatic mail
    assert all(pdf.read_bytes().startswith(b"%PDF") for pdf in replies.glob("*.pdf"))
    rows = re.findall(r"^ (\d\d-\S+) +(\S+) +(\S+) +(\S+) ", outcome.stdout, re.MULTILINE)
    assert len(rows) == 18
    assert {language for _, language, _, _ in rows} == {"en", "zh-Hans"}
    assert {action for *_, action in rows} == {"quote", "ask", "answer", "review", "ignore"}
    assert len({kind for _, _, kind, _ in rows} - {"-"}) == 8
    assert_that_staff_can_settle(lambda *arguments: run(installed, tmp_path, "--folder", "demo-output", *arguments))


def assert_that_staff_can_settle(mailbot):
    waiting = mailbot("review", "list").stdout
    numbers = {
        reason: number for number, reason in re.findall(r"^ *(\d+)  Q-\S+ .*:\d\d  (\w+)", waiting, re.MULTILINE)
    }
    draft, stranger = numbers["co_term_review"], numbers["contact_not_on_file"]
    assert "2027-04-16 to 2027-12-31" in mailbot("review", "show", draft).stdout
    assert "approved, quote on its way" in mailbot("review", "approve", draft, "--as", "anna").stdout
    again = mailbot("review", "approve", draft)
    assert (again.returncode, again.stdout) == (2, "")
    assert "approved by anna" in again.stderr
    declined = mailbot("review", "decline", stranger, "--text", "We cannot help with this one.")
    assert "declined, decline on its way" in declined.stdout
    corrected = mailbot("review", "correct", numbers["ambiguous_quantity"], "lines[0].users=55")
    assert "corrected, quote on its way" in corrected.stdout
    assert mailbot("review", "list").stdout == "nothing waits\n"


def test_the_demos_records_and_mails_belong_together():
    with (ROOT / "config" / "demo" / "data" / "entitlements.csv").open(encoding="utf-8", newline="") as file:
        sites = {row["site"] for row in csv.DictReader(file)}
    mails = "".join(path.read_text("utf-8") for path in (ROOT / "config" / "demo" / "mails").glob("*.eml"))
    assert [site for site in sites if site not in mails] == []
