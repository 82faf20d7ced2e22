"""The program is killed (SIGKILL) at each point of the catalogue; nothing is lost, and nothing is answered twice."""

import contextlib
import re
import signal

import pytest

from tests.e2e.desk import Desk
from tests.faults.crew import crew, kill_at_each
from tests.faults.points import DESKS, ON_THE_WIRE, RUNS, SERVICE, WORKERS, chosen
from tests.faults.world import SHIPPED, make_world

CO_TERM, CO_TERM_MAIL = "co_term_review", "09-common-end-date.eml"


@pytest.fixture(params=DESKS)
def desk_kind(request) -> tuple[str, int]:
    """The URL of an empty database, and how many workers work on it."""
    database, workers = DESKS[request.param]
    return request.getfixturevalue(f"{database}_url"), workers


@pytest.mark.timeout(900)
@pytest.mark.parametrize("run", range(RUNS))
def test_a_kill_at_any_point_loses_nothing_and_answers_nothing_twice(
    desk_kind, run, rng, dovecot, tmp_path, record_property
):
    url, workers = desk_kind
    points = chosen([*SERVICE, *ON_THE_WIRE])
    if run:
        rng.shuffle(points)
    with make_world(tmp_path, dovecot, url) as world:
        record_property("killed", kill_at_each(world, points, workers, rng, passages=2 if run else 1))
        with crew(world, workers):
            world.settle(seconds=120)
        record_property("mails", len(world.delivered))
        record_property("given up", world.given_up())
        record_property("points", points)
        assert not (found := world.problems()), found


@pytest.mark.skipif(RUNS > 1, reason="is among the desks of the long run")
def test_a_kill_of_one_of_four_workers_loses_nothing_and_answers_nothing_twice(postgres_url, dovecot, rng, tmp_path):
    with make_world(tmp_path, dovecot, postgres_url) as world:
        kill_at_each(world, rng.sample([*SERVICE, *ON_THE_WIRE], 1), WORKERS, rng)
        with crew(world, WORKERS):
            world.settle(seconds=120)
        assert not (found := world.problems()), found


@pytest.mark.timeout(300 + 60 * RUNS)
@pytest.mark.skipif(not chosen(["K22"]), reason="not chosen")
def test_a_kill_while_staff_release_a_draft_sends_it_once(desk_kind, dovecot, tmp_path):
    url, workers = desk_kind
    with make_world(tmp_path, dovecot, url) as world, crew(world, workers):
        for _ in range(RUNS):
            world.deliver_one(SHIPPED / "mails" / CO_TERM_MAIL)
            world.settle()
            [item] = re.findall(rf"^ *(\d+)  .*{CO_TERM}", world.desk.call("review", "list"), re.MULTILINE)
            quotes = sum(b"application/pdf" in taken.raw for taken in world.sink.taken)
            before = world.desk.try_to("review", "approve", item, MAILBOT_FAIL_POINT="committing")
            after = world.desk.try_to("review", "approve", item, MAILBOT_FAIL_POINT="committed")
            assert before.returncode == after.returncode == -signal.SIGKILL
            assert "approved by" in world.desk.try_to("review", "approve", item).stderr
            world.settle()
            assert sum(b"application/pdf" in taken.raw for taken in world.sink.taken) == quotes + 1


@pytest.mark.timeout(300 + 60 * RUNS)
@pytest.mark.skipif(not chosen(["K23"]), reason="not chosen")
def test_a_kill_during_an_import_leaves_what_was_on_file(desk_kind, dovecot, tmp_path):
    url, workers = desk_kind
    with make_world(tmp_path, dovecot, url) as world, crew(world, workers):
        desk = world.desk
        before = records_of(desk)
        for _ in range(RUNS):
            assert desk.try_to("import", desk.data, MAILBOT_FAIL_POINT="committing").returncode == -signal.SIGKILL
            assert records_of(desk) == before


@pytest.mark.timeout(300 + 60 * RUNS)
@pytest.mark.skipif(not chosen(["K24"]), reason="not chosen")
@pytest.mark.parametrize("database", sorted({database for database, _ in DESKS.values()}))
def test_a_kill_during_a_migration_leaves_nothing_half_done(request, database, sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world, contextlib.ExitStack() as ends:
        if database == "sqlite":
            url = f"sqlite:///{tmp_path}/fresh.sqlite3"
        else:
            url = ends.enter_context(request.getfixturevalue("postgres").database("template0"))
        fresh = {"MAILBOT_DATABASE__URL": url}
        for _ in range(RUNS):
            killed = world.desk.try_to("db", "upgrade", **fresh, MAILBOT_FAIL_POINT="migrating")
            assert killed.returncode == -signal.SIGKILL
            assert world.desk.try_to("db", "current", **fresh).stdout == "none\n"
        assert world.desk.try_to("db", "upgrade", **fresh).returncode == 0


def records_of(desk: Desk) -> str:
    """Return what the desk says is on file."""
    [said] = re.findall("^ok +records: .*", desk.try_to("doctor").stdout, re.MULTILINE)
    return said
