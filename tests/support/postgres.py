"""A PostgreSQL server for the tests: Debian's binaries, a private folder, a Unix socket, ended with the session."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from mailbot.store import upgrade
from mailbot.store.tables import metadata

BINARIES = Path("/usr/lib/postgresql")
MISSING = "PostgreSQL is not installed (Debian package: postgresql)"
UNPRIVILEGED = ("postgres", "nobody")
TEMPLATE = "mailbot_template"
EMPTIED = "mailbot_emptied"


@dataclass(frozen=True)
class Postgres:
    """A running server; it listens on a socket in `folder` alone. `binaries` holds pg_ctl."""

    folder: Path
    binaries: Path
    user: str

    def url(self, database: str) -> str:
        """Return the URL of a database for SQLAlchemy."""
        return f"postgresql+psycopg://{self.user}@/{database}?host={self.folder}"

    @contextmanager
    def database(self, template: str = TEMPLATE) -> Iterator[str]:
        """Give the URL of a fresh copy of the migrated database (or of `template0`) for the time of the block."""
        name = f"test_{uuid.uuid4().hex}"
        self.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
        try:
            yield self.url(name)
        finally:
            self.run(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))

    def emptied(self) -> str:
        """Return the URL of a migrated database without rows, the same one each time; quicker than a fresh copy."""
        tables = [sql.Identifier(table.name) for table in reversed(metadata.sorted_tables)]
        deletes = [sql.SQL("DELETE FROM {}").format(table) for table in (*tables, sql.Identifier("case_words"))]
        no_triggers = sql.SQL("SET session_replication_role = replica")  # the audit trail lets nothing be deleted
        self.run(sql.SQL("; ").join([no_triggers, *deletes]), database=EMPTIED)
        return self.url(EMPTIED)

    def run(self, statement: sql.Composable, *, database: str = "postgres") -> None:
        """Run a statement."""
        with psycopg.connect(host=str(self.folder), user=self.user, dbname=database, autocommit=True) as connection:
            connection.execute(statement)

    def control(self, action: str, *options: str) -> None:
        """Start or stop the server with pg_ctl and wait until it has."""
        log = self.folder / "server.log"
        command = [self.binaries / "pg_ctl", "-D", self.folder / "data", "-l", log, "-w", "-s", *options, action]
        _run_unprivileged(self.user, command)


@contextmanager
def running_postgres(*, durable: bool = False) -> Iterator[Postgres]:
    """Start a server and give it, with the migrated template database made; end it and remove its folder after.

    `durable` makes commits wait for the disk, as in production. Raises FileNotFoundError when the binaries are not
    installed.
    """
    binaries = find_binaries()
    if binaries is None:
        raise FileNotFoundError(MISSING)
    user = _unprivileged_user()
    folder = Path(tempfile.mkdtemp(prefix="mailbot-pg-", dir="/tmp"))
    if os.geteuid() == 0:
        shutil.chown(folder, user)
    server = Postgres(folder=folder, binaries=binaries, user=user)
    try:
        initialise = [binaries / "initdb", "-D", folder / "data", "-U", user, "-A", "trust", "-E", "UTF8", "--no-sync"]
        _run_unprivileged(user, [*initialise, "--locale=C.UTF-8"])
        settings = f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=60"
        settings += "" if durable else " -c fsync=off"
        server.control("start", "-o", settings)
        try:
            server.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
            upgrade(server.url(TEMPLATE))
            server.run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(*map(sql.Identifier, (EMPTIED, TEMPLATE))))
            yield server
        finally:
            server.control("stop", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def find_binaries() -> Path | None:
    """Return the folder of the newest version's programs, None when there is none."""
    versions = [path.parent for path in BINARIES.glob("*/bin/initdb")]
    return max(versions, key=lambda path: [int(n) for n in re.findall(r"\d+", str(path))], default=None)


def _unprivileged_user() -> str:
    if os.geteuid() != 0:
        return pwd.getpwuid(os.geteuid()).pw_name
    names = {entry.pw_name for entry in pwd.getpwall()}
    return next(name for name in UNPRIVILEGED if name in names)


def _run_unprivileged(user: str, command: list[str | Path]) -> None:
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    done = subprocess.run(
        [*prefix, *map(str, command)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        cwd="/",
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{Path(command[0]).name} failed: {done.stderr.strip()}")
