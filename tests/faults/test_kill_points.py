"""The program is killed (SIGKILL) at each point of the catalogue; nothing is lost, and nothing is answered twice."""

import contextlib
import random
import re
import signal

import pytest

from tests.faults.points import ON_THE_WIRE, RUNS, SERVICE, WORKERS
from tests.faults.world import imap_through, make_world
from tests.support.proxy import running_proxy

DATABASES = ["sqlite"] if RUNS == 1 else ["sqlite", "postgres"]


@pytest.mark.timeout(300 + 300 * RUNS)
@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_at_any_point_loses_nothing_and_answers_nothing_twice(request, database, dovecot, tmp_path):
    url = request.getfixturevalue(f"{database}_url")
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    with make_world(tmp_path, dovecot, url) as world:
        for run in range(RUNS):
            for point in SERVICE.values():
                world.deliver(2)
                world.die_at(point if run == 0 or ":" in point else f"{point}:{rng.randint(1, 2)}")
        with world.desk.running():
            world.settle()
        assert not (found := world.problems()), found


@pytest.mark.timeout(300 + 900 * RUNS)
def test_a_kill_of_one_of_four_workers_loses_nothing_and_answers_nothing_twice(postgres_url, dovecot, tmp_path):
    rng = random.Random(seed := random.SystemRandom().randrange(10**6))
    print(f"seed {seed}")
    points = list(SERVICE.values())
    with make_world(tmp_path, dovecot, postgres_url) as world:
        for point in points * RUNS if RUNS > 1 else rng.sample(points, 1):
            world.deliver(2)
            world.one_dies_at(point, WORKERS)
            print(f"one of {WORKERS} died at {point}", flush=True)
        with contextlib.ExitStack() as ends:
            for _ in range(WORKERS):
                ends.enter_context(world.desk.running())
            world.settle(seconds=300)
        assert not (found := world.problems()), found


@pytest.mark.timeout(300 + 300 * RUNS)
@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_between_a_command_and_its_answer_does_it_once(request, database, dovecot, tmp_path):
    url = request.getfixturevalue(f"{database}_url")
    with running_proxy(dovecot.port) as proxy, make_world(tmp_path, dovecot, url, **imap_through(proxy)) as world:
        for _ in range(RUNS):
            for command in ON_THE_WIRE.values():
                world.deliver(2)
                world.die_on_the_wire(command, proxy)
        with world.desk.running():
            world.settle()
        assert not (found := world.problems()), found


@pytest.mark.timeout(300 + 300 * RUNS)
@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_while_staff_release_a_draft_sends_it_once(request, database, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, request.getfixturevalue(f"{database}_url")) as world, world.desk.running():
        for _ in range(RUNS):
            world.deliver(len(world.reply_due))
            world.settle()
            [item] = re.findall(r"^ *(\d+)  .*co_term_review", world.desk.call("review", "list"), re.MULTILINE)
            quotes = sum(b"application/pdf" in taken.raw for taken in world.sink.taken)
            before = world.desk.try_to("review", "approve", item, MAILBOT_FAIL_POINT="committing")
            after = world.desk.try_to("review", "approve", item, MAILBOT_FAIL_POINT="committed")
            assert before.returncode == after.returncode == -signal.SIGKILL
            assert "approved by" in world.desk.try_to("review", "approve", item).stderr
            world.settle()
            assert sum(b"application/pdf" in taken.raw for taken in world.sink.taken) == quotes + 1


@pytest.mark.timeout(300 + 300 * RUNS)
@pytest.mark.parametrize("database", DATABASES)
def test_a_kill_during_an_import_leaves_what_was_on_file(request, database, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, request.getfixturevalue(f"{database}_url")) as world:
        desk = world.desk
        before = desk.try_to("doctor").stdout
        for _ in range(RUNS):
            assert desk.try_to("import", desk.data, MAILBOT_FAIL_POINT="committing").returncode == -signal.SIGKILL
            assert desk.try_to("doctor").stdout == before


@pytest.mark.timeout(300 + 300 * RUNS)
@pytest.mark.parametrize("database", DATABASES)
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
