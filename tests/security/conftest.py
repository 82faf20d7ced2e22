"""The desk that the attacks go to, with the records of the demo on file."""

import datetime as dt
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.message import Desk
from mailbot.ports import ReplyRenderer, Understanding
from mailbot.service.process import ProcessOptions
from mailbot.store import open_store
from mailbot.store.datafiles import load_data
from tests.security.attacked import BORDER, DAY, OURS, AttackedDesk
from tests.support.databases import SqliteTemplate
from tests.support.fakes import FakeClock

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"


@dataclass(frozen=True, kw_only=True)
class Mind:
    """Understanding and renderer of the shipped installation, which remember nothing, and a database to copy."""

    understanding: Understanding
    render: ReplyRenderer
    database: Path
    free_mail_domains: frozenset[str]


@pytest.fixture(scope="session")
def mind(sqlite_template: SqliteTemplate, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mind]:
    installation = Installation(Path("no operator's folder"), environment={})
    desk = Desk(address=OURS, trusted_authserv_ids=(BORDER,))
    folder = tmp_path_factory.mktemp("attacked")
    clock = FakeClock(DAY)
    with closing(open_store(sqlite_template.database(folder), clock)) as store, store.begin() as uow:
        uow.records.replace(*load_data(DATA), clock())
        uow.commit()
    with desk_understanding(installation, desk, lambda: dt.date(2026, 11, 20)) as understanding:
        yield Mind(
            understanding=understanding,
            render=desk_renderer(installation, desk),
            database=folder / "mailbot.db",
            free_mail_domains=installation.free_mail_domains,
        )


@contextmanager
def opened_desk(mind: Mind, folder: Path) -> Iterator[AttackedDesk]:
    """Give a desk with a database of its own in the folder."""
    clock = FakeClock(DAY)
    file = Path(shutil.copy(mind.database, folder / "attacked.db"))
    with closing(open_store(f"sqlite:///{file}", clock, free_mail_domains=mind.free_mail_domains)) as store:
        yield AttackedDesk(
            file=file,
            store=store,
            understanding=mind.understanding,
            render=mind.render,
            clock=clock,
            process_options=ProcessOptions(domain="seller.example"),
        )


@pytest.fixture
def desk(mind: Mind, tmp_path: Path) -> Iterator[AttackedDesk]:
    """A desk of the test's own."""
    with opened_desk(mind, tmp_path) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_desk(mind: Mind, tmp_path_factory: pytest.TempPathFactory) -> Iterator[AttackedDesk]:
    """A desk that takes all attacks of a module one after the other, and answers a good mail after them."""
    with opened_desk(mind, tmp_path_factory.mktemp("shared")) as opened:
        yield opened
        opened.answers_good_mail()
