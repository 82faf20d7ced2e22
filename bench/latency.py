"""One mail on an idle desk: from the moment the server tells of it to the SMTP server's 250."""

import datetime as dt
import re
import time
from collections.abc import Callable, Iterator

from bench.mails import other_mail, quoted_mail
from bench.measuring import Row, percentile
from bench.world import Bench, Running, running_desk

APART = 0.6  # seconds between two mails: the desk is idle again
WARM_UP = 5
PER_RUN = 10
NEWS = re.compile(r"^(\S+).* looking .*news=True", re.MULTILINE)


def measure(bench: Bench) -> Iterator[Row]:
    """Measure without and with a document; the desk's log tells when it heard of the mail.

    How long the server takes to tell is not the desk's: Dovecot's push comes half a second after the mail, a NOOP
    beside it sooner. The second row has it in.
    """
    for what, mail, goal in (("without PDF", other_mail, "<= 25"), ("with PDF", quoted_mail, "<= 40")):
        with running_desk(bench, bench.fresh_sqlite(), settings={"MAILBOT_LOG__LEVEL": "debug"}) as running:
            heard, whole = _latencies(bench, running, mail)
        late = percentile(heard, 99)
        yield Row(
            what=f"one mail, {what}: told of to accepted",
            unit="ms",
            values=heard,
            goal=f"{goal}, p99 <= 3 x",
            note=f"p99 {late:.0f} ms, {late / percentile(heard, 50):.1f} x",
        )
        yield Row(what=f"one mail, {what}: delivered to accepted", unit="ms", values=whole)


def _latencies(bench: Bench, running: Running, mail: Callable[[int], bytes]) -> tuple[list[float], list[float]]:
    heard, whole = [], []
    with running.dovecot.connect(running.user) as person:
        for number in range(WARM_UP + PER_RUN * bench.runs):
            time.sleep(APART)
            known = len(running.desk.log())
            begin = time.time()
            person.append("INBOX", mail(bench.new_number()))
            end = running.await_replies(1)
            news = NEWS.search(running.desk.log()[known:])
            if news is not None and number >= WARM_UP:
                heard.append((end - dt.datetime.fromisoformat(news[1]).timestamp()) * 1000)
                whole.append((end - begin) * 1000)
    return heard, whole
