"""What every Transport keeps: the fake, and SMTP against a real server."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import pytest

from mailbot.domain.errors import OutcomeUnknown, Refused, TransientError
from mailbot.domain.outgoing import SendPhase
from mailbot.mail.smtp import SmtpAccount, SmtpTransport
from mailbot.mail.tls import Server
from mailbot.ports import Transport
from mailbot.ports.connection import Security
from tests.support.fake_mail import FakeTransport
from tests.support.smtp_sink import Answer, Drop, running_sink

RAW = b"Subject: Quote\r\nMIME-Version: 1.0\r\n\r\nHello\r\n"


@dataclass
class World:
    """A transport, what its server took (sender, recipients, bytes), and ways to make the next send fail."""

    transport: Transport
    taken: Callable[[], Sequence[tuple[str, tuple[str, ...], bytes]]]
    refuse: Callable[[], None]
    put_off: Callable[[], None]
    drop_before_the_dot: Callable[[], None]
    drop_after_the_dot: Callable[[], None]


@pytest.fixture(params=["fake", "smtp"])
def world(request) -> Iterator[World]:
    if request.param == "fake":
        fake = FakeTransport()
        yield World(
            transport=fake,
            taken=lambda: [(m.sender, m.recipients, m.raw) for m in fake.taken],
            refuse=lambda: fake.fail((SendPhase.CONNECTED, Refused("550 no such user"))),
            put_off=lambda: fake.fail((SendPhase.CONNECTED, TransientError("451 busy"))),
            drop_before_the_dot=lambda: fake.fail((SendPhase.DATA, TransientError("connection lost"))),
            drop_after_the_dot=lambda: fake.fail((SendPhase.DOT, OutcomeUnknown("connection lost"))),
        )
        return
    with running_sink() as sink:
        server = Server(host="localhost", port=sink.port, security=Security.NONE, timeout=10)
        transport = SmtpTransport(SmtpAccount(server=server))
        yield World(
            transport=transport,
            taken=lambda: [(m.sender, m.recipients, m.raw) for m in sink.taken],
            refuse=lambda: sink.next("RCPT", Answer("550 no such user")),
            put_off=lambda: sink.next("MAIL", Answer("451 busy")),
            drop_before_the_dot=lambda: sink.next("DATA", Drop()),
            drop_after_the_dot=lambda: sink.next(".", Drop()),
        )
        transport.close()


def send(world: World, *, raw: bytes = RAW, recipients: Sequence[str] = ("jane@example.com",)) -> list[SendPhase]:
    phases: list[SendPhase] = []
    world.transport.send(sender="desk@example.com", recipients=recipients, raw=raw, on_phase=phases.append)
    return phases


def test_the_server_takes_the_bytes_for_all_recipients(world):
    both = ("jane@example.com", "joe@example.com")
    assert send(world, recipients=both) == [SendPhase.CONNECTED, SendPhase.DATA, SendPhase.DOT]
    assert world.taken() == [("desk@example.com", both, RAW)]


def test_many_messages_one_after_the_other(world):
    raws = [RAW + f"{number}\r\n".encode() for number in range(5)]
    for raw in raws:
        send(world, raw=raw)
    assert [raw for _, _, raw in world.taken()] == raws


def test_the_null_sender(world):
    world.transport.send(sender="", recipients=["jane@example.com"], raw=RAW, on_phase=lambda phase: None)
    assert [sender for sender, _, _ in world.taken()] == [""]


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        ("refuse", Refused),
        ("put_off", TransientError),
        ("drop_before_the_dot", TransientError),
        ("drop_after_the_dot", OutcomeUnknown),
    ],
)
def test_trouble_has_a_name_and_the_next_message_goes(world, trouble, error):
    getattr(world, trouble)()
    with pytest.raises(error):
        send(world)
    assert world.taken() == []
    send(world)
    assert len(world.taken()) == 1


def test_the_dot_is_announced_before_an_unknown_outcome(world):
    world.drop_after_the_dot()
    phases: list[SendPhase] = []
    with pytest.raises(OutcomeUnknown):
        world.transport.send(sender="", recipients=["jane@example.com"], raw=RAW, on_phase=phases.append)
    assert phases[-1] is SendPhase.DOT


@pytest.mark.parametrize("stop_at", list(SendPhase))
def test_nothing_is_sent_when_the_caller_stops_at_a_phase(world, stop_at):
    def stop(phase: SendPhase) -> None:
        if phase is stop_at:
            raise KeyError("the claim is lost")

    with pytest.raises(KeyError):
        world.transport.send(sender="", recipients=["jane@example.com"], raw=RAW, on_phase=stop)
    assert world.taken() == []
    send(world)
    assert len(world.taken()) == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "jane",
        "@example.com",
        "jane@",
        "jane@example.com>\r\nRCPT TO:<evil@example.com",
        "jane@example.com\nDATA",
        "jane doe@example.com",
        "<jane@example.com>",
        "jane@example.com,joe@example.com",
        "jane@example.com\x00",
        '"jane"@example.com',
        "jane@exam\u2028ple.com",
    ],
)
def test_no_command_hides_in_an_address(world, address):
    with pytest.raises(Refused):
        send(world, recipients=[address])
    with pytest.raises(Refused):
        send(world, recipients=["jane@example.com", address])
    assert world.taken() == []


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: x\n\nbare LF\n",
        b"Subject: x\r\n\r\nbare\rCR\r\n",
        b"Subject: x\r\n\r\nnul\x00\r\n",
        b"Subject: x\r\n\r\nsmuggled\n.\nMAIL FROM:<evil@example.com>\r\n",
        b"Subject: x\r\n\r\nsmuggled\r\n.\nMAIL FROM:<evil@example.com>\r\n",
        b"Subject: x\r\n\r\n" + b"y" * 999 + b"\r\n",
    ],
)
def test_no_line_that_servers_read_differently(world, raw):
    with pytest.raises(Refused):
        send(world, raw=raw)
    assert world.taken() == []


def test_nobody_to_send_to(world):
    with pytest.raises(Refused):
        send(world, recipients=[])
