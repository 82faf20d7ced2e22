"""Finds the files of `config/` and `templates/`, in a checkout or an installed package, under an operator's overlay.

An operator's folder has the same layout and holds only what differs: `config/price_books/...`, `templates/...`.
"""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mailbot.domain.errors import SetupError


@dataclass(frozen=True, slots=True)
class Resources:
    """The program's data files, the operator's first. `roots` hold `config/` and `templates/`, strongest first."""

    roots: tuple[Path, ...]

    def find(self, relative: str) -> Path:
        """Return the file or folder of this name, the strongest one; SetupError when no root has it."""
        for root in self.roots:
            path = root / relative
            if path.exists():
                return path
        searched = ", ".join(str(root) for root in self.roots)
        raise SetupError(f"{relative} was not found (looked in {searched}); reinstall the program or restore the file")

    def folders(self, relative: str) -> tuple[Path, ...]:
        """Return every root's folder of this name, strongest first, as a template loader wants them."""
        return tuple(path for root in self.roots if (path := root / relative).is_dir())

    def files(self, relative: str, pattern: str = "*") -> dict[str, Path]:
        """Return the files under a folder that match, by path inside it, sorted; each as the strongest root has it."""
        merged: dict[str, Path] = {}
        for folder in reversed(self.folders(relative)):
            merged.update(_walk(folder, pattern))
        return dict(sorted(merged.items()))

    def as_one_folder(self, relative: str) -> Path:
        """Return a folder that holds the files of every root, each as the strongest root has it.

        Where more than one root has files there, it is a temporary folder of links that goes with the process.
        """
        folders = self.folders(relative)
        if len(folders) == 1:
            return folders[0]
        merged = Path(tempfile.mkdtemp(prefix="mailbot-"))
        atexit.register(shutil.rmtree, merged, ignore_errors=True)
        for name, path in self.files(relative).items():
            link = merged / name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(path.resolve())
        return merged


@cache
def resources(overlay: Path | None = None) -> Resources:
    """Return the data files, with the operator's folder over the shipped ones; SetupError when there are none."""
    if overlay is not None and not overlay.is_dir():
        raise SetupError(f"{overlay}: no such folder; make it, or name another one with --folder")
    shipped = shipped_root()
    return Resources((shipped,) if overlay in (None, shipped) else (overlay, shipped))


def shipped_root() -> Path:
    """Return the folder that holds the shipped `config/` and `templates/`."""
    package = Path(__file__).resolve().parent
    for root in (package / "_data", package.parent):
        if (root / "config").is_dir():
            return root
    raise SetupError(f"config/ was found neither in {package / '_data'} nor beside {package}; reinstall the program")


def _walk(folder: Path, pattern: str) -> Iterator[tuple[str, Path]]:
    for path in folder.rglob(pattern):
        if path.is_file():
            yield path.relative_to(folder).as_posix(), path
