"""Data files: the shipped ones under an operator's."""

import pytest

from mailbot.domain.errors import SetupError
from mailbot.resources import Resources, resources


@pytest.fixture
def overlaid(tmp_path):
    for root, name, text in (
        ("own", "config/a.toml", "own a"),
        ("shipped", "config/a.toml", "shipped a"),
        ("shipped", "config/deep/b.toml", "shipped b"),
    ):
        file = tmp_path / root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return Resources((tmp_path / "own", tmp_path / "shipped"))


def test_the_operators_file_wins_and_the_others_stay(overlaid):
    assert overlaid.find("config/a.toml").read_text() == "own a"
    assert overlaid.find("config/deep/b.toml").read_text() == "shipped b"


def test_files_of_a_folder_are_merged_file_by_file(overlaid):
    texts = {name: path.read_text() for name, path in overlaid.files("config", "*.toml").items()}
    assert texts == {"a.toml": "own a", "deep/b.toml": "shipped b"}


def test_folders_are_given_strongest_first(overlaid):
    assert [folder.parent.name for folder in overlaid.folders("config")] == ["own", "shipped"]


def test_one_folder_holds_them_all(overlaid):
    folder = overlaid.as_one_folder("config")
    assert (folder / "a.toml").read_text() == "own a"
    assert (folder / "deep" / "b.toml").read_text() == "shipped b"


def test_what_is_nowhere_is_named_with_the_places(overlaid):
    with pytest.raises(SetupError, match=r"config/c.toml was not found .*own.*shipped"):
        overlaid.find("config/c.toml")


def test_an_absent_operators_folder_is_refused(tmp_path):
    with pytest.raises(SetupError, match="no such folder"):
        resources(tmp_path / "absent")
