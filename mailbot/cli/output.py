"""What every command prints with: UTF-8 whatever the terminal's locale says, one JSON object per line."""

import json
import sys
from collections.abc import Mapping


def print_json(value: Mapping[str, object]) -> None:
    """Write the object as one line of JSON to standard output, at once."""
    _write(json.dumps(value, ensure_ascii=False) + "\n")


def print_text(text: str) -> None:
    """Write text to standard output, at once."""
    _write(text + "\n")


def _write(text: str) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(text.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
