"""Files that hold one secret each: made whole or not at all, their owner's alone."""

import os
import secrets
import stat
from pathlib import Path

from mailbot.domain.errors import SetupError

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def make_secret_file(path: Path, content: bytes, what: str) -> None:
    """The secret lies in the file, readable by its owner alone; a file that is there already stays as it is.

    Raises SetupError when the file cannot be written; `what` is what its message calls the secret.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
        try:
            os.link(draft, path)  # whole or not at all, and never over another secret
        except FileExistsError:
            return
        finally:
            draft.unlink()
    except OSError as error:
        raise SetupError(f"{path}: {what} cannot be written there: {error}") from error


def read_secret_file(path: Path, what: str) -> bytes:
    """Return what the file holds; SetupError when it cannot be read, or when others than its owner can."""
    try:
        if path.stat().st_mode & _OTHERS:
            raise SetupError(f"{path}: others than its owner can read {what}; run: chmod 600 {path}")
        return path.read_bytes()
    except OSError as error:
        raise SetupError(f"{path}: {what} cannot be read: {error}") from error
