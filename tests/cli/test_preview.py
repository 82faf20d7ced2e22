"""`mailbot preview`: files of every kind in every language."""

from itertools import product
from pathlib import Path

import pytest

from mailbot import cli
from mailbot.cli.preview import KINDS, VARIANTS
from mailbot.replies.preview import SAMPLES

LOCALES = Path(__file__).parents[2] / "templates" / "locales"
LANGUAGES = sorted(folder.name for folder in LOCALES.iterdir())


def test_every_kind_of_reply_can_be_previewed():
    assert (*KINDS, *VARIANTS) == SAMPLES


@pytest.mark.parametrize(("kind", "language"), list(product((*KINDS, *VARIANTS), LANGUAGES)))
def test_message_text_html_and_document_are_written(kind, language, capsys, tmp_path):
    assert cli.run_command_line(["preview", kind, "--language", language, "--output", str(tmp_path)]) == 0

    written = {Path(line) for line in capsys.readouterr().out.splitlines()}
    suffixes = [".eml", ".txt", ".html", *([".pdf", ".json"] if kind.endswith("quote") else [])]
    assert written == {tmp_path / f"{kind}.{language}{suffix}" for suffix in suffixes} == set(tmp_path.iterdir())
    assert all(path.stat().st_size > 200 for path in written)
    assert f'lang="{language}"' in (tmp_path / f"{kind}.{language}.html").read_text("utf-8")


def test_a_language_without_texts_is_refused_by_name(capsys, tmp_path):
    assert cli.run_command_line(["preview", "ask", "--language", "eo", "--output", str(tmp_path)]) == 2
    assert "--language eo: no texts for it; there are de, en, es" in capsys.readouterr().err
