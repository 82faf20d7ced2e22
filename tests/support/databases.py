"""Fresh, migrated databases of both kinds."""

import shutil
from pathlib import Path

from mailbot.store import upgrade


class SqliteTemplate:
    """A migrated SQLite file; copying it is quicker than migrating anew."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "template.db"
        upgrade(f"sqlite:///{self._file}")

    def database(self, folder: Path) -> str:
        """Return the URL of a fresh copy in a folder."""
        file = folder / "mailbot.db"
        shutil.copy(self._file, file)
        return f"sqlite:///{file}"
