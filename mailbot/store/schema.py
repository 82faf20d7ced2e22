"""The schema's revision: what a database has, what this program needs, and the way from one to the other."""

import contextlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from mailbot.domain.errors import SetupError
from mailbot.fail_points import fail_point
from mailbot.store.engine import READ_ONLY, make_engine, parse_url

if TYPE_CHECKING:
    from alembic.config import Config

REVISIONS = ("0001", "0002", "0003", "0004", "0005", "0006", "0007", "0008", "0009")
"""Every revision that this program knows, oldest first; stated here so that a start does not load Alembic."""

HEAD = REVISIONS[-1]

_VERSION: sa.ColumnClause[str] = sa.table("alembic_version", sa.column("version_num", sa.Text)).c.version_num

MIGRATION_LOCK = 0x6D61696C  # any number that nobody else uses in this PostgreSQL database


def upgrade(url: str) -> None:
    """Bring the database to `HEAD`, in one transaction; a database that is there already is left alone."""
    from alembic import command  # loaded here: it is needed by `mailbot db upgrade` alone

    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        create_private(Path(engine.url.database or ""))
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(MIGRATION_LOCK)))
            config = alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, HEAD)
            fail_point("migrating")
    except sa.exc.OperationalError as error:
        raise _unreachable(engine.url, error) from error
    finally:
        engine.dispose()


def current_revision(url: str) -> str | None:
    """Return the database's revision, None for a database without tables of ours."""
    engine = make_engine(url)
    if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
        return None
    try:
        with engine.connect() as connection:
            connection.execution_options(**READ_ONLY)
            if not sa.inspect(connection).has_table("alembic_version"):
                return None
            return connection.scalar(sa.select(_VERSION))
    except sa.exc.OperationalError as error:
        raise _unreachable(engine.url, error) from error
    finally:
        engine.dispose()


def check_schema(url: str) -> None:
    """Return when the database has the schema that this program needs; else SetupError."""
    _refuse_open_file(url)
    revision = current_revision(url)
    shown = parse_url(url).render_as_string(hide_password=True)
    if revision is None:
        raise SetupError(f"database {shown} has no tables yet: run `mailbot db upgrade`")
    if revision not in REVISIONS:
        raise SetupError(
            f"database {shown} has schema {revision}, which this version of mailbot does not know (it needs {HEAD}): "
            "run the version of mailbot that made it, or install the newer one and run `mailbot db upgrade`"
        )
    if revision != HEAD:
        raise SetupError(f"database {shown} has schema {revision}, needed is {HEAD}: run `mailbot db upgrade`")


def create_private(file: Path) -> None:
    """The file is there; a new one is empty and its owner's alone, and so will be SQLite's files beside it."""
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _refuse_open_file(url: str) -> None:
    """Raise SetupError when everybody on the machine can read the mails: a SQLite file of open mode."""
    parsed = parse_url(url)
    file = Path(parsed.database or "")
    if parsed.get_backend_name() == "sqlite" and file.exists() and file.stat().st_mode & stat.S_IRWXO:
        raise SetupError(f"database {file}: everybody can read the mails in it; run: chmod o= {file}*")


def alembic_config() -> "Config":
    """Return Alembic's configuration for the migrations of this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "mailbot.store:migrations")
    config.set_main_option("path_separator", "os")
    return config


def _unreachable(url: sa.URL, error: sa.exc.OperationalError) -> SetupError:
    reason = str(error.orig).strip().splitlines()[0]
    return SetupError(f"database {url.render_as_string(hide_password=True)} cannot be opened: {reason}")
