"""What every command prints with: UTF-8 whatever the terminal's locale says, one JSON object per line."""

import json
import sys
from collections.abc import Callable, Mapping
from functools import partial

import click


def print_json(value: Mapping[str, object]) -> None:
    """Write the object as one line of JSON to standard output, at once."""
    _write(json.dumps(value, ensure_ascii=False) + "\n")


def print_text(text: str) -> None:
    """Write text to standard output, at once."""
    _write(text + "\n")


def mark_words() -> Callable[[str], str]:
    """Return what makes words stand out: colour on a terminal, else the marks of quotation."""
    if sys.stdout.isatty():
        return partial(click.style, fg="yellow", bold=True)
    return "«{}»".format


def _write(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
