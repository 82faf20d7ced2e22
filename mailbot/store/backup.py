"""Backups: a whole copy of the database in one file, and the way back, after which the desk is halted."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from mailbot.domain.errors import InputError, SetupError
from mailbot.fail_points import fail_point
from mailbot.store.engine import parse_url
from mailbot.store.exclusive import exclusive_service_lock, serves_many
from mailbot.store.schema import create_private

SQLITE_MAGIC = b"SQLite format 3\0"
POSTGRES_MAGIC = b"PGDMP"


def back_up(url: str, file: Path) -> None:
    """The file holds the database as it was at one moment, whole or not at all; the service may run meanwhile.

    SetupError when the database or PostgreSQL's programs cannot be used, InputError when the file is there already.
    """
    if file.exists():
        raise InputError(f"{file} is there already: give another name, a backup is never overwritten")
    half = file.with_name(file.name + ".part")
    half.unlink(missing_ok=True)
    os.close(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    if serves_many(url):
        _postgres("pg_dump", url, "--format=custom", f"--file={half}")
    else:
        _copy_sqlite(Path(parse_url(url).database or ""), half)
    with half.open("rb") as handle:
        os.fsync(handle.fileno())
    fail_point("backing_up")
    half.rename(file)


def restore(url: str, file: Path, *, dry_run: bool) -> Path | None:
    """The database is that of the backup; return where a SQLite file of before now lies.

    A dry run only checks. InputError when the file is no whole backup of this kind of database, SetupError while a
    service works on a SQLite database.
    """
    check_backup(url, file)
    if dry_run:
        return None
    if serves_many(url):
        _postgres("pg_restore", url, "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
        return None
    with exclusive_service_lock(url):
        return _put_in_place(Path(parse_url(url).database or ""), file)


def check_backup(url: str, file: Path) -> None:
    """Return when the file is a whole backup for this kind of database; else InputError."""
    try:
        with file.open("rb") as handle:
            magic = handle.read(16)
    except OSError as error:
        raise InputError(f"{file} cannot be read: {error.strerror}") from error
    if serves_many(url):
        if not magic.startswith(POSTGRES_MAGIC):
            raise InputError(f"{file} is no backup of a PostgreSQL database")
        return
    if magic != SQLITE_MAGIC:
        raise InputError(f"{file} is no backup of a SQLite database")
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            verdict = connection.execute("PRAGMA integrity_check").fetchone()[0]
            connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.DatabaseError as error:
        raise InputError(f"{file} is damaged or no backup of a desk: {error}") from error
    if verdict != "ok":
        raise InputError(f"{file} is damaged: {verdict}")


def _copy_sqlite(database: Path, file: Path) -> None:
    if not database.exists():
        raise SetupError(f"there is no database {database}")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")


def _put_in_place(database: Path, file: Path) -> Path | None:
    new = database.with_name(database.name + ".restoring")
    new.unlink(missing_ok=True)
    create_private(new)
    shutil.copyfile(file, new)
    with new.open("rb") as handle:
        os.fsync(handle.fileno())
    before = None
    if database.exists():
        with closing(sqlite3.connect(database)) as connection:  # the log goes into the file that is set aside
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        before = _free_name(database)
        database.rename(before)
    for suffix in ("-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    new.rename(database)
    return before


def _free_name(database: Path) -> Path:
    number = 1
    while (name := database.with_name(f"{database.name}.before-restore-{number}")).exists():
        number += 1
    return name


def _postgres(program: str, url: str, *options: str) -> None:
    parsed = parse_url(url)
    dsn = parsed.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    environment = os.environ | ({"PGPASSWORD": str(parsed.password)} if parsed.password else {})
    try:
        done = subprocess.run(
            [program, f"--dbname={dsn}", *options], env=environment, capture_output=True, text=True, check=False
        )
    except FileNotFoundError as error:
        raise SetupError(f"{program} is not installed: it comes with PostgreSQL's client programs") from error
    if done.returncode:
        raise SetupError(f"{program}: {done.stderr.strip().splitlines()[-1] if done.stderr.strip() else 'failed'}")
