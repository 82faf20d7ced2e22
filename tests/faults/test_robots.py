"""Robots that answer every mail: a few replies, then silence and an alarm, whatever their headers say."""

import contextlib
import datetime as dt
import email
import email.policy
import itertools
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.message import Desk
from mailbot.ports import ReplyRenderer, Understanding
from mailbot.service.deliver import DeliverOptions, deliver_due
from mailbot.service.process import ProcessOptions, process_next
from mailbot.service.receive import ReceiveOptions, receive_new
from mailbot.store import open_store, upgrade
from mailbot.store.datafiles import load_data
from tests.support.fake_mail import FakeMailbox, FakeTransport
from tests.support.fakes import FakeClock

DATA = Path(__file__).parents[2] / "config" / "demo" / "data"
OURS = "quotes@seller.example"
HOURS = 24
SECONDS_TO_ANSWER = 20
MOST = 3

REQUEST = """Hello,

please quote Confluence Standard for 75 users, one year.

Site: kestrel-energy.atlassian.net
Site administrator: Priya Raman, priya.raman@kestrel-energy.example

Nadia Ferreira
Southbridge IT Pty Ltd
"""

Robot = Callable[[EmailMessage, int], EmailMessage]
"""Answers a mail of ours; the number tells its answers apart."""


def answer(ours: EmailMessage, number: int, text: str, *, threaded: bool = True, sender: str = "") -> EmailMessage:
    """Return a mail without any header that says that a machine wrote it."""
    mail = EmailMessage()
    mail["From"] = sender or str(ours["To"])
    mail["To"] = OURS
    mail["Message-ID"] = f"<robot.{number}@bot.example>"
    mail["Subject"] = f"Re: {ours['Subject']}" if threaded else f"Message {number}"
    if threaded:
        mail["In-Reply-To"] = str(ours["Message-ID"])
    mail.set_content(text)
    return mail


def text_of(ours: EmailMessage) -> str:
    body = ours.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def quoted(ours: EmailMessage) -> str:
    return "".join(f"> {line}\n" for line in text_of(ours).splitlines())


def with_headers(mail: EmailMessage, **headers: str) -> EmailMessage:
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail


def bounce(ours: EmailMessage, number: int) -> EmailMessage:
    mail = answer(ours, number, "Delivery to the following recipient failed permanently: user unknown.", threaded=False)
    del mail["From"]
    mail["From"] = "Mail Delivery System <MAILER-DAEMON@bot.example>"
    return with_headers(mail, Return_Path="<>")


def second_desk(ours: EmailMessage, number: int) -> EmailMessage:
    """Answer as another desk of ours does whose headers a gateway has stripped."""
    text = f"Dear colleague,\n\nto prepare your quote we still need the name of the site.\n\nCase Q-2026-{number:05d}\n"
    return answer(ours, number, text + quoted(ours))


ROBOTS: dict[str, Robot] = {
    "vacation that says so": lambda ours, n: with_headers(
        answer(ours, n, "I am away until Monday."), Auto_Submitted="auto-replied"
    ),
    "vacation without headers": lambda ours, n: answer(
        ours, n, "Thank you for your mail. I am on leave until Monday; please ask my colleague.\n" + quoted(ours)
    ),
    "vacation in a mail of its own": lambda ours, n: answer(
        ours, n, "Thank you for your mail. I am on leave until Monday; please ask my colleague.", threaded=False
    ),
    "ticket system": lambda ours, n: answer(
        ours, n, f"We have received your message. Your ticket number is #{1000 + n}.", threaded=False
    ),
    "ticket system that quotes": lambda ours, n: answer(
        ours, n, f"Your request has been registered as INC-{1000 + n}.\n\n{text_of(ours)}", threaded=False
    ),
    "bounce": bounce,
    "echo": lambda ours, n: answer(ours, n, text_of(ours)),
    "echo in a mail of its own": lambda ours, n: answer(ours, n, text_of(ours), threaded=False),
    "asks the same again": lambda ours, n: answer(ours, n, REQUEST, threaded=False),
    "asks questions": lambda ours, n: answer(ours, n, f"Which payment methods do you take? ({n})", threaded=False),
    "sender that changes": lambda ours, n: answer(
        ours, n, "We have received your message.", threaded=False, sender=f"robot+{n}@bot.example"
    ),
    "second desk": second_desk,
}


SILENT = {
    "vacation that says so",
    "vacation without headers",
    "bounce",
    "echo",
    "second desk",
    "sender that changes",
}
"""Robots that are known as such, or whose answers change nothing in the case: no limit is ever reached."""


@dataclass
class RealDesk:
    """The real service over a database, by a clock that is moved; its mail servers are fakes."""

    step: Callable[[], None]
    clock: FakeClock
    mailbox: FakeMailbox
    transport: FakeTransport
    alarms: Callable[[], list[str]]
    numbers: Iterator[int] = field(default_factory=itertools.count)


@contextlib.contextmanager
def mind_of(address: str) -> Iterator[tuple[Understanding, ReplyRenderer]]:
    """Give understanding and renderer of a shipped installation; they remember nothing."""
    installation, desk = Installation(Path("no operator's folder")), Desk(address=address)
    with desk_understanding(installation, desk, lambda: dt.date(2026, 11, 20)) as understanding:
        yield understanding, desk_renderer(installation, desk, documents=False)


@pytest.fixture(scope="module")
def mind():
    """Ours."""
    with mind_of(OURS) as ours:
        yield ours


@pytest.fixture
def desk(mind, sqlite_url):
    clock = FakeClock(dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    with real_desk(OURS, mind, sqlite_url, clock) as made:
        yield made


@contextlib.contextmanager
def real_desk(
    address: str, mind: tuple[Understanding, ReplyRenderer], url: str, clock: FakeClock
) -> Iterator[RealDesk]:
    """Give a desk over an empty database."""
    understanding, render = mind
    mailbox, transport = FakeMailbox(), FakeTransport()
    with closing(open_store(url, clock)) as store:
        with store.begin() as uow:
            uow.records.replace(*load_data(DATA), clock())
            uow.commit()

        def step() -> None:
            receive_new(mailbox, store, clock, ReceiveOptions(since="all"))
            while process_next(store, understanding, render, clock, ProcessOptions(domain=address.partition("@")[2])):
                pass
            deliver_due(store, transport, clock, DeliverOptions(sender=address))

        def alarms() -> list[str]:
            with store.begin() as uow:
                return [alarm.name for alarm in uow.alarms.ringing()]

        yield RealDesk(step=step, clock=clock, mailbox=mailbox, transport=transport, alarms=alarms)


def talk(desk: RealDesk, robot: Robot) -> Counter[str]:
    """Let the robot answer whatever it is sent, for a day; return how many mails each address was sent."""
    first = EmailMessage()
    first["From"], first["To"], first["Subject"] = "Nadia Ferreira <nadia@bot.example>", OURS, "Quote for Kestrel"
    first["Message-ID"] = "<first@bot.example>"
    first.set_content(REQUEST)
    desk.mailbox.deliver(first.as_bytes(policy=email.policy.SMTP))
    end = desk.clock() + dt.timedelta(hours=HOURS)
    answered = 0
    while desk.clock() < end:
        desk.step()
        for taken in desk.transport.taken[answered:]:
            ours = email.message_from_bytes(taken.raw, policy=email.policy.default)
            mail = robot(ours, next(desk.numbers))
            desk.mailbox.deliver(mail.as_bytes(policy=email.policy.SMTP))
        idle = answered == len(desk.transport.taken)
        answered = len(desk.transport.taken)
        desk.clock.advance(seconds=3600 if idle else SECONDS_TO_ANSWER)
    return Counter(recipient for taken in desk.transport.taken for recipient in taken.recipients)


@pytest.mark.parametrize("kind", ROBOTS)
def test_a_robot_gets_few_replies_and_then_silence(desk, kind):
    sent = talk(desk, ROBOTS[kind])
    assert max(sent.values()) <= MOST
    assert sum(sent.values()) <= 25
    if kind not in SILENT:
        assert desk.alarms() == ["replies to nadia@bot.example"]


THEIRS = "desk@other.example"
PASSED_ON = {"from", "to", "subject", "message-id", "in-reply-to", "references", "date", "mime-version", "content-type"}


def passed_on(raw: bytes) -> bytes:
    """Return a mail as a gateway passes it on that strips every header it does not know."""
    mail = email.message_from_bytes(raw, policy=email.policy.SMTP)
    for name in {header for header in mail if header.lower() not in PASSED_ON | {"content-transfer-encoding"}}:
        del mail[name]
    return mail.as_bytes()


def test_two_desks_that_face_each_other_fall_silent(mind, sqlite_url, tmp_path):
    other_url = f"sqlite:///{tmp_path}/other.db"
    upgrade(other_url)
    clock = FakeClock(dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC))
    with contextlib.ExitStack() as ends:
        ours = ends.enter_context(real_desk(OURS, mind, sqlite_url, clock))
        their_mind = ends.enter_context(mind_of(THEIRS))
        theirs = ends.enter_context(real_desk(THEIRS, their_mind, other_url, clock))
        first = EmailMessage()
        first["From"], first["To"], first["Subject"] = THEIRS, OURS, "Quote for Kestrel"
        first["Message-ID"] = "<first@other.example>"
        first.set_content(REQUEST)
        ours.mailbox.deliver(first.as_bytes(policy=email.policy.SMTP))
        end = clock() + dt.timedelta(hours=HOURS)
        read = {id(ours): 0, id(theirs): 0}
        while clock() < end:
            for one, other in ((ours, theirs), (theirs, ours)):
                one.step()
                sent = one.transport.taken[read[id(one)] :]
                read[id(one)] += len(sent)
                for taken in sent:
                    other.mailbox.deliver(passed_on(taken.raw))
            clock.advance(seconds=SECONDS_TO_ANSWER if sent else 3600)
        assert 1 <= len(ours.transport.taken) <= MOST
        assert len(theirs.transport.taken) <= MOST
