"""From the mailbox to the SMTP server's 250, by the real command: fetched, stored, decided, rendered, sent."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

from bench.floor import Floor
from bench.mails import other_mail, quoted_mail
from bench.measuring import Row, Speed, spent_by
from bench.world import Bench, Running, running_desk

WARM_UP = 40
FLOOR_MAILS = 300

Mail = Callable[[int], bytes]


def against_floor(bench: Bench) -> Iterator[Row]:
    """Measure mails per second without a document, and with one in every reply, against the floor."""
    for what, mail, goal in (("without PDF", other_mail, ">= 0.5"), ("a PDF each", quoted_mail, ">= 0.17")):
        floor = Floor(bench, [mail(bench.new_number()) for _ in range(FLOOR_MAILS)])
        with running_desk(bench, bench.fresh_sqlite()) as running:
            desk, least = by_turns(bench, lambda: batch(bench, running, mail, bench.mails), floor.rate)  # noqa: B023
        yield from rows(f"end to end, {what}, SQLite", desk, least, "the floor", goal)
        yield _rate(f"the floor, these mails ({what})", least)


def databases(bench: Bench) -> Iterator[Row]:
    """Measure PostgreSQL against SQLite, and two workers on it against one."""
    with ExitStack() as ends:
        lite = ends.enter_context(running_desk(bench, bench.fresh_sqlite()))
        one = ends.enter_context(running_desk(bench, bench.fresh_postgres()))
        desk, least = by_turns(
            bench,
            lambda: batch(bench, one, other_mail, bench.mails),
            lambda: batch(bench, lite, other_mail, bench.mails),
        )
        yield from rows("PostgreSQL, 1 worker", desk, least, "SQLite", ">= 0.8")
        two = ends.enter_context(running_desk(bench, bench.fresh_postgres(), workers=2))
        desk, least = by_turns(
            bench,
            lambda: batch(bench, two, other_mail, bench.mails),
            lambda: batch(bench, one, other_mail, bench.mails),
        )
        yield from rows("PostgreSQL, 2 workers", desk, least, "1 worker", ">= 1.75")


def by_turns(
    bench: Bench, work: Callable[[], Speed], other: Callable[[], Speed]
) -> tuple[Sequence[Speed], Sequence[Speed]]:
    """Return how fast both were, measured in turn so that a busy machine slows both."""
    speeds, others = [], []
    for run in range(bench.runs):
        others.append(other())
        speeds.append(work())
        told = (f"{one.rate:.1f}/s at {one.cpu * 1000:.1f} ms CPU" for one in (speeds[-1], others[-1]))
        bench.say(f"run {run + 1}: {' against '.join(told)}")
    return speeds, others


def batch(bench: Bench, running: Running, mail: Mail, count: int) -> Speed:
    """Return how fast so many mails were answered that arrived at once; the first time after others to warm up."""
    if not running.warm:
        running.warm = True
        batch(bench, running, mail, WARM_UP)
    raws = [mail(bench.new_number()) for _ in range(count)]
    with spent_by(*running.pids) as spent:
        begin = running.deliver(raws)
        end = running.await_replies(count)
    return Speed(count / (end - begin), spent.seconds / count)


def rows(what: str, speeds: Sequence[Speed], others: Sequence[Speed], compared: str, goal: str) -> Iterator[Row]:
    """Yield the row of mails per second and that of processor time, against the others."""
    yield Row(
        what=what,
        unit="mails/s",
        values=[one.rate for one in speeds],
        against=[one.rate for one in others],
        compared=compared,
        goal=goal,
    )
    yield Row(
        what=f"{what}: processor",
        unit="ms a mail",
        values=[one.cpu * 1000 for one in speeds],
        against=[one.cpu * 1000 for one in others],
        compared=compared,
    )


def _rate(what: str, speeds: Sequence[Speed]) -> Row:
    return Row(what=what, unit="mails/s", values=[one.rate for one in speeds])
