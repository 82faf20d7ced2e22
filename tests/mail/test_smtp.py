import re
import threading
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailbot.domain.errors import OutcomeUnknown, Refused, SetupError, TransientError
from mailbot.domain.outgoing import SendPhase
from mailbot.mail.smtp import SmtpAccount, SmtpTransport, has_bare_line_end, has_long_line
from mailbot.mail.tls import Login, Server
from mailbot.ports.connection import Security
from tests.support.certificates import make_certificates
from tests.support.smtp_sink import PASSWORD, USER, Answer, Drop, Sink, Stall, running_sink

RAW = b"Subject: Quote\r\n\r\nHello\r\n"

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    return make_certificates(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def shared_sink():
    with running_sink() as sink:
        yield sink


@pytest.fixture
def sink():
    with running_sink() as sink:
        yield sink


def transport_to(sink: Sink, *, security: Security = Security.NONE, **options: object) -> SmtpTransport:
    server = Server(
        host="localhost", port=sink.port, security=security, timeout=2, ca_file=options.pop("ca_file", None)
    )
    return SmtpTransport(SmtpAccount(server=server, **options))


def send(transport: SmtpTransport, raw: bytes = RAW, recipients: tuple[str, ...] = ("jane@example.com",)) -> None:
    transport.send(sender="desk@example.com", recipients=recipients, raw=raw, on_phase=lambda phase: None)


lines = st.lists(
    st.one_of(
        st.sampled_from([b"", b".", b"..", b"...", b". ", b".\x0b", b"From x", b"QUIT", b"=", b"\t."]),
        st.binary(max_size=40).map(lambda raw: raw.translate(None, b"\r\n\0")),
    ),
    max_size=12,
)


@given(lines)
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_line_arrives_as_it_was_written(shared_sink, body):
    raw = b"Subject: dots\r\n\r\n" + b"".join(line + b"\r\n" for line in body)
    transport = transport_to(shared_sink)
    send(transport, raw)
    transport.close()
    assert shared_sink.taken[-1].raw == raw


def test_a_last_line_without_end_gets_one(sink):
    send(transport_to(sink), b"Subject: x\r\n\r\nend")
    assert sink.taken[0].raw == b"Subject: x\r\n\r\nend\r\n"


def test_one_session_serves_many_messages(sink):
    transport = transport_to(sink)
    for _ in range(20):
        send(transport)
    assert (len(sink.taken), sink.connections) == (20, 1)


def test_a_session_that_the_server_ended_is_opened_anew(sink):
    transport = transport_to(sink)
    send(transport)
    sink.next("MAIL", Drop())
    send(transport)
    assert (len(sink.taken), sink.connections) == (2, 2)


def test_a_session_unused_for_long_is_not_trusted(sink, monkeypatch):
    transport = transport_to(sink)
    send(transport)
    monkeypatch.setattr("mailbot.mail.smtp.KEEP_OPEN", 0.0)
    send(transport)
    assert sink.connections == 2


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA", "."])
@pytest.mark.parametrize(("answer", "error"), [("550 5.1.1 no", Refused), ("452 4.3.1 later", TransientError)])
def test_the_code_decides_at_every_command_and_the_session_stays_fit(sink, command, answer, error):
    transport = transport_to(sink)
    sink.next(command, Answer(answer))
    with pytest.raises(error, match=answer[:3]):
        send(transport)
    send(transport)
    assert [taken.raw for taken in sink.taken] == [RAW]


@pytest.mark.parametrize("command", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_a_drop_before_the_dot_is_safe_to_repeat(sink, command):
    transport = transport_to(sink)
    sink.next(command, Drop(), Drop())
    with pytest.raises(TransientError):
        send(transport)
    assert sink.taken == []


@pytest.mark.parametrize("keep", [True, False])
def test_a_drop_after_the_dot_is_unknown_whether_the_server_has_it_or_not(sink, keep):
    transport = transport_to(sink)
    sink.next(".", Drop(keep=keep))
    with pytest.raises(OutcomeUnknown):
        send(transport)
    assert len(sink.taken) == keep


def test_a_server_that_says_goodbye_is_reached_anew(sink):
    transport = transport_to(sink)
    sink.next("RCPT", Answer("421 closing"))
    with pytest.raises(TransientError):
        send(transport)
    send(transport)
    assert sink.connections == 2


def test_one_recipient_refused_is_nobody_served(sink):
    transport = transport_to(sink)
    sink.next("RCPT", None, Answer("550 no such user"))
    with pytest.raises(Refused):
        send(transport, recipients=("jane@example.com", "joe@example.com"))
    assert sink.taken == []


def test_a_stall_before_the_dot_ends_at_the_timeout(sink):
    transport = SmtpTransport(
        SmtpAccount(server=Server(host="localhost", port=sink.port, security=Security.NONE, timeout=0.2))
    )
    sink.next("RCPT", Stall(5))
    begun = time.monotonic()
    with pytest.raises(TransientError):
        send(transport)
    assert time.monotonic() - begun < 3


def test_the_dot_has_a_timeout_of_its_own(sink):
    server = Server(host="localhost", port=sink.port, security=Security.NONE, timeout=0.2)
    patient = SmtpTransport(SmtpAccount(server=server, dot_timeout=5))
    hasty = SmtpTransport(SmtpAccount(server=server, dot_timeout=0.1))
    sink.next(".", Stall(0.5), Stall(0.5))
    send(patient)
    with pytest.raises(OutcomeUnknown):
        send(hasty)


def test_a_message_larger_than_the_server_takes_is_refused_before_it_is_sent():
    with running_sink(size_limit=2000) as sink:
        with pytest.raises(Refused, match="2000"):
            send(transport_to(sink), RAW + b"x\r\n" * 1000)
        assert "DATA" not in sink.commands


def test_threads_take_turns(sink):
    transport = transport_to(sink)
    threads = [threading.Thread(target=send, args=(transport, RAW + b"%d\r\n" % n)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken.raw for taken in sink.taken) == sorted(RAW + b"%d\r\n" % n for n in range(10))
    assert sink.connections == 1


def test_an_internationalised_address_where_the_server_takes_it(sink):
    send(transport_to(sink), recipients=("jané@example.com",))
    assert sink.taken[0].recipients == ("jané@example.com",)


@pytest.mark.parametrize(("security", "implicit"), [(Security.TLS, True), (Security.STARTTLS, False)])
def test_encrypted_and_verified(certificates, security, implicit):
    with running_sink(certificates=certificates, implicit_tls=implicit) as sink:
        send(transport_to(sink, security=security, ca_file=certificates.authority))
        assert len(sink.taken) == 1


@pytest.mark.parametrize(("security", "implicit"), [(Security.TLS, True), (Security.STARTTLS, False)])
def test_a_certificate_of_an_unknown_authority_is_not_accepted(certificates, security, implicit):
    with running_sink(certificates=certificates, implicit_tls=implicit) as sink:
        with pytest.raises(SetupError, match="ca_file"):
            send(transport_to(sink, security=security))
        assert "MAIL" not in sink.commands


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_no_fall_back_to_clear_text(sink, security):
    with pytest.raises(SetupError):
        send(transport_to(sink, security=security))
    assert "MAIL" not in sink.commands


def test_clear_text_to_another_machine_is_refused():
    server = Server(host="smtp.example.com", port=25, security=Security.NONE)
    with pytest.raises(SetupError, match="loopback"):
        send(SmtpTransport(SmtpAccount(server=server)))


def test_login():
    with running_sink(login=True) as sink:
        send(transport_to(sink, login=Login(user=USER, secret=lambda: PASSWORD)))
        assert len(sink.taken) == 1


def test_a_refused_login_is_a_matter_of_configuration():
    with running_sink(login=True) as sink, pytest.raises(SetupError, match="535"):
        transport_to(sink, login=Login(user=USER, secret=lambda: "wrong")).check()


def test_a_server_without_login_is_a_matter_of_configuration(sink):
    with pytest.raises(SetupError):
        transport_to(sink, login=Login(user=USER, secret=lambda: PASSWORD)).check()


def test_an_absent_server_is_transient():
    with running_sink() as sink:
        transport = transport_to(sink)
    with pytest.raises(TransientError):
        transport.check()


def test_the_secret_is_not_shown():
    assert PASSWORD not in repr(Login(user=USER, secret=lambda: PASSWORD))


def test_phases_come_before_the_commands(sink):
    seen: list[tuple[SendPhase, list[str]]] = []
    transport_to(sink).send(
        sender="",
        recipients=["jane@example.com"],
        raw=RAW,
        on_phase=lambda phase: seen.append((phase, [c for c in sink.commands if c in ("MAIL", "DATA", ".")])),
    )
    assert seen == [
        (SendPhase.CONNECTED, []),
        (SendPhase.DATA, ["MAIL"]),
        (SendPhase.DOT, ["MAIL", "DATA"]),
    ]


@given(st.lists(st.sampled_from([b"a", b"\r", b"\n", b"\r\n", b"b" * 997, b"c" * 998])).map(b"".join))
def test_line_ends_and_long_lines_are_seen_as_a_pattern_sees_them(raw):
    assert has_bare_line_end(raw) == bool(re.search(rb"\r(?!\n)|(?<!\r)\n", raw))
    assert has_bare_line_end(raw) or has_long_line(raw) == bool(re.search(rb"[^\r\n]{999}", raw))


def test_a_message_with_a_document_is_looked_over_quickly():
    raw = (b"x" * 76 + b"\r\n") * 20_000  # 1.5 MB; the pattern took 180 ms of processor time
    begin = time.process_time()
    assert not has_bare_line_end(raw)
    assert not has_long_line(raw)
    assert time.process_time() - begin < 0.1
