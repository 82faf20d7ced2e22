"""Names of products that a desk was taught: a file of the operator's folder."""

import contextlib
import json
import os
import tempfile
import threading
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from mailbot.bootstrap.installation import SETTINGS, Installation
from mailbot.domain.errors import SetupError
from mailbot.ports import Understanding

TAUGHT = "config/gazetteers/taught.toml"
_HEAD = (
    "# Names of products that staff have taught the desk. The console writes this file; edit it while nobody teaches.\n"
)

Names = Mapping[str, tuple[str, ...]]


def taught_names(installation: Installation) -> Names:
    """Return the names by product; SetupError when the file is wrong."""
    file = installation.files.find(TAUGHT)
    try:
        products = tomllib.loads(file.read_text("utf-8"))["products"]
        return {str(product): tuple(map(str, names)) for product, names in products.items()}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError, AttributeError, TypeError) as error:
        raise SetupError(f"{file}: wanted is a table [products] of lists of names ({error})") from error


def stamp(installation: Installation) -> tuple[str, int]:
    """Return what changes when the file does."""
    file = installation.files.find(TAUGHT)
    return str(file), file.stat().st_mtime_ns


class FolderTeacher:
    """Keeps `ports.Teacher` in the operator's folder."""

    def __init__(self, installation: Installation, knows: Callable[[Names], Understanding]) -> None:
        self._installation = installation
        self._knows = knows
        self._lock = threading.Lock()

    def knows(self, product: str, words: str) -> Understanding:
        """Return an understanding that knows the name already."""
        return self._knows(_with_name(taught_names(self._installation), product, words))

    def teach(self, product: str, words: str) -> None:
        """The name is in the folder's file; SetupError when it cannot be written."""
        folder = self._installation.folder
        if not (folder / SETTINGS).is_file():
            raise SetupError(f"{folder} is no folder of an operator: copy config/mailbot.toml into it first")
        with self._lock:
            names = _with_name(taught_names(self._installation), product, words)
            lines = (
                f"{json.dumps(key)} = {json.dumps(list(found), ensure_ascii=False)}" for key, found in names.items()
            )
            _write(folder / TAUGHT, "\n".join([_HEAD, "[products]", *lines, ""]))


def _quoted(text: str) -> str:
    """Return a string as TOML writes it: JSON's escapes are TOML's."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _with_name(names: Names, product: str, words: str) -> Names:
    return {**names, product: tuple(dict.fromkeys((*names.get(product, ()), words)))}


def _write(file: Path, text: str) -> None:
    """Write the file whole or not at all."""
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".taught-")
        with contextlib.closing(os.fdopen(handle, "w", encoding="utf-8")) as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(file)
    except OSError as error:
        raise SetupError(f"{file}: cannot be written: {error.strerror}") from error
