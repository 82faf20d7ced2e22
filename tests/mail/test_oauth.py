"""Logins by OAuth against real servers: a token endpoint, Dovecot that asks it back, SMTP that wants tokens."""

import datetime as dt
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import replace

import pytest

from mailbot.domain.case import MailboxKey
from mailbot.domain.errors import SetupError, TransientError
from mailbot.domain.tokens import Tokens
from mailbot.mail.bearer import BearerTalk
from mailbot.mail.imap import open_mailbox
from mailbot.mail.imap_session import ImapAccount
from mailbot.mail.oauth import TokenEndpoint
from mailbot.mail.sealing import SecretSeal
from mailbot.mail.smtp import SmtpAccount, SmtpTransport
from mailbot.mail.tls import Login, Server
from mailbot.ports.connection import Security
from mailbot.service.logins import BearerLogin
from tests.support.dovecot import ABSENT, DOVECOT, Dovecot
from tests.support.fakes import FakeClock, MemoryStore
from tests.support.smtp_sink import running_sink
from tests.support.token_server import TokenServer, dovecot_with_tokens, running_token_server

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
KEY = MailboxKey(account="quotes", folder="INBOX")


@pytest.fixture
def tokens() -> Iterator[TokenServer]:
    with running_token_server() as server:
        yield server


def endpoint(tokens: TokenServer, url: str = "") -> TokenEndpoint:
    return TokenEndpoint(
        name="desk", url=url or tokens.url, client_id=tokens.client_id, client_secret=lambda: tokens.client_secret,
        scopes=("mail", "offline_access"),
    )  # fmt: skip


class TestTheEndpoint:
    def test_a_refresh_token_gives_an_access_token_and_the_next_refresh_token(self, tokens: TokenServer) -> None:
        got = endpoint(tokens).ask("first-token", NOW)

        assert got.access_token in tokens.access_tokens
        assert got.refresh_token in tokens.refresh_tokens
        assert (got.issued_at, got.lifetime) == (NOW, dt.timedelta(hours=1))
        assert tokens.asked[0] == {
            "grant_type": "refresh_token", "refresh_token": "first-token", "scope": "mail offline_access",
            "client_id": "desk-client", "client_secret": "client-secret",
        }  # fmt: skip

    def test_a_provider_that_does_not_rotate_leaves_the_refresh_token_as_it_is(self, tokens: TokenServer) -> None:
        tokens.rotates = False
        assert endpoint(tokens).ask("first-token", NOW).refresh_token == "first-token"  # of a test

    def test_a_client_asks_for_itself(self, tokens: TokenServer) -> None:
        got = endpoint(tokens).ask(None, NOW)

        assert (got.access_token in tokens.access_tokens, got.refresh_token) == (True, None)
        assert tokens.asked[0]["grant_type"] == "client_credentials"

    @pytest.mark.parametrize(
        ("status", "answer", "error", "says"),
        [
            (400, {"error": "invalid_grant", "error_description": "AADSTS70008"}, SetupError, "AADSTS70008"),
            (401, {"error": "invalid_client"}, SetupError, "client_secret"),
            (404, "<html>not here</html>", SetupError, "HTTP 404.*token_url"),
            (302, "", SetupError, "HTTP 302|302"),
            (429, {"error": "slow_down"}, TransientError, "429"),
            (503, "try later", TransientError, "503"),
            (200, "<html>a portal</html>", TransientError, "without an access token"),
            (200, {"access_token": "bad\ntoken"}, TransientError, "without an access token"),
            (200, {"access_token": "good", "expires_in": "soon"}, TransientError, "something else"),
        ],
    )  # fmt: skip
    def test_a_refusal_says_what_to_mend_and_a_fault_passes(
        self, tokens: TokenServer, status: int, answer: object, error: type[Exception], says: str
    ) -> None:
        tokens.next.append((status, answer))
        with pytest.raises(error, match=says) as told:
            endpoint(tokens).ask("first-token", NOW)
        assert type(told.value) is error
        assert "first-token" not in str(told.value)
        assert len(tokens.asked) == 1

    def test_secrets_do_not_leave_in_the_clear(self, tokens: TokenServer) -> None:
        with pytest.raises(SetupError, match="not https"):
            endpoint(tokens, "http://login.example.com/token").ask("first-token", NOW)

    def test_an_endpoint_that_is_away_is_tried_again(self, tokens: TokenServer) -> None:
        with pytest.raises(TransientError, match=r"no token from 127\.0\.0\.1:1"):
            endpoint(tokens, "http://127.0.0.1:1/token").ask("first-token", NOW)


def bearer_login(tokens: TokenServer, store: MemoryStore, clock: FakeClock, first: str = "first-token") -> BearerLogin:
    return BearerLogin(
        "desk", first=first, issue=endpoint(tokens).ask, seal=SecretSeal(first, tokens.client_secret),
        open_store=lambda: nullcontext(store), clock=clock,
    )  # fmt: skip


class TestTokensAtHand:
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock(NOW)

    @pytest.fixture
    def store(self, clock: FakeClock) -> MemoryStore:
        return MemoryStore(clock)

    def test_one_is_asked_for_once_and_the_next_before_its_end(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        tokens.lifetime = 60
        login = bearer_login(tokens, store, clock)

        first = login.token()
        clock.advance(seconds=47)
        assert login.token() == first
        clock.advance(seconds=2)
        assert login.token() != first
        assert tokens.asked[0]["refresh_token"] == "first-token"
        assert len(tokens.asked) == 2

    def test_workers_share_the_tokens_and_a_start_asks_for_none(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        first = bearer_login(tokens, store, clock).token()
        assert bearer_login(tokens, store, clock).token() == first
        assert len(tokens.asked) == 1

    def test_a_rotated_refresh_token_outlives_the_program(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        bearer_login(tokens, store, clock).token()
        clock.advance(hours=2)
        bearer_login(tokens, store, clock).token()  # "first-token" is good for nothing by now
        assert tokens.asked[1]["refresh_token"].startswith("refresh-")

    def test_what_is_kept_is_sealed_and_a_new_first_token_takes_its_place(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        used = bearer_login(tokens, store, clock).token()
        kept = store.tables.tokens["desk"]
        assert not any(word in kept for word in (used, *tokens.refresh_tokens))
        tokens.refresh_tokens.add("second-token")
        bearer_login(tokens, store, clock, first="second-token").token()
        assert tokens.asked[1]["refresh_token"] == "second-token"

    def test_a_revoked_login_rings_an_alarm_until_it_is_mended(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        tokens.refresh_tokens.clear()
        with pytest.raises(SetupError, match="log in anew"):
            bearer_login(tokens, store, clock).token()
        [alarm] = store.tables.alarms.values()
        assert (alarm.name, "invalid_grant" in alarm.words) == ("login desk", True)
        tokens.refresh_tokens.add("first-token")
        bearer_login(tokens, store, clock).token()
        assert not store.tables.alarms

    def test_a_refused_token_is_replaced_and_a_new_one_that_is_refused_is_for_a_person(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock
    ) -> None:
        login = bearer_login(tokens, store, clock)
        first = login.token()
        clock.advance(minutes=5)
        assert login.refused(first)
        second = login.token()
        assert second != first
        assert not login.refused(second)

    def test_while_another_worker_asks_its_token_is_waited_for(
        self, tokens: TokenServer, store: MemoryStore, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        kept = Tokens(access_token="theirs", issued_at=NOW, lifetime=dt.timedelta(hours=1), refresh_token="r")
        with store.begin() as uow:
            assert uow.leases.take("login desk", seconds=90) is not None
            uow.commit()
        sealed = SecretSeal("first-token", tokens.client_secret).close(kept)
        monkeypatch.setattr("mailbot.service.logins.GLANCE_SECONDS", 0.0)
        monkeypatch.setattr("mailbot.service.logins.time.sleep", lambda _: store.tables.tokens.update(desk=sealed))
        assert bearer_login(tokens, store, clock).token() == "theirs"
        assert tokens.asked == []


@pytest.fixture(scope="module")
def dovecot() -> Iterator[tuple[Dovecot, TokenServer]]:
    if DOVECOT is None:
        pytest.skip(ABSENT)
    with running_token_server() as tokens, dovecot_with_tokens(tokens) as server:
        yield server, tokens


def imap_account(server: Dovecot, tokens: TokenServer, token: str, *, again: bool = False) -> ImapAccount:
    return ImapAccount(
        server=Server(host="127.0.0.1", port=server.port, security=Security.NONE, timeout=10),
        login=Login(user=tokens.user, secret=lambda: token, oauth=True, refused=lambda _: again),
    )


class TestImap:
    @pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
    def test_a_token_opens_the_mailbox(
        self, dovecot: tuple[Dovecot, TokenServer], mechanism: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server, tokens = dovecot
        if mechanism == "OAUTHBEARER":
            monkeypatch.setattr("mailbot.mail.bearer.XOAUTH2", "NOT-OFFERED")
        token = endpoint(tokens).ask(None, NOW).access_token
        mailbox = open_mailbox(imap_account(server, tokens, token), KEY)
        assert list(mailbox.uids_from(1)) == []
        mailbox.close()

    @pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
    def test_a_refused_token_is_told_with_the_servers_words(
        self, dovecot: tuple[Dovecot, TokenServer], mechanism: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server, tokens = dovecot
        if mechanism == "OAUTHBEARER":
            monkeypatch.setattr("mailbot.mail.bearer.XOAUTH2", "NOT-OFFERED")
        with pytest.raises(SetupError, match=r"login of quotes@seller\.example refused.*status.*") as told:
            open_mailbox(imap_account(server, tokens, "revoked"), KEY)
        assert "revoked" not in str(told.value)
        with pytest.raises(TransientError):
            open_mailbox(imap_account(server, tokens, "revoked", again=True), KEY)

    def test_a_token_that_was_revoked_early_is_replaced_by_itself(self, dovecot: tuple[Dovecot, TokenServer]) -> None:
        server, tokens = dovecot
        clock = FakeClock(NOW)
        tokens.refresh_tokens.add("first-token")
        bearer = bearer_login(tokens, MemoryStore(clock), clock)
        login = Login(user=tokens.user, secret=bearer.token, oauth=True, refused=bearer.refused)
        account = replace(imap_account(server, tokens, ""), login=login)
        open_mailbox(account, KEY).close()
        tokens.access_tokens.clear()
        clock.advance(minutes=10)
        with pytest.raises(TransientError):
            open_mailbox(account, KEY)
        open_mailbox(account, KEY).close()


class TestSmtp:
    @pytest.mark.parametrize("mechanism", ["XOAUTH2", "OAUTHBEARER"])
    def test_a_token_opens_the_way_for_mail(self, tokens: TokenServer, mechanism: str) -> None:
        with running_sink(tokens=tokens.access_tokens, mechanism=mechanism) as sink:
            token = endpoint(tokens).ask(None, NOW).access_token
            transport = smtp_transport(sink.port, tokens, token)
            transport.send(
                sender="a@b.example",
                recipients=["c@d.example"],
                raw=b"Subject: x\r\n\r\nx\r\n",
                on_phase=lambda _: None,
            )
            transport.close()
            assert len(sink.taken) == 1

    def test_a_refused_token_is_told_with_the_servers_words(self, tokens: TokenServer) -> None:
        with running_sink(tokens=tokens.access_tokens, mechanism="XOAUTH2") as sink:
            with pytest.raises(SetupError, match=r'535.*"status": *"401"') as told:
                smtp_transport(sink.port, tokens, "revoked").check()
            assert "revoked" not in str(told.value)
            with pytest.raises(TransientError):
                smtp_transport(sink.port, tokens, "revoked", again=True).check()

    def test_a_server_without_such_logins_is_named(self, tokens: TokenServer) -> None:
        with running_sink(login=True) as sink, pytest.raises(SetupError, match="neither XOAUTH2 nor OAUTHBEARER"):
            smtp_transport(sink.port, tokens, "any").check()


def smtp_transport(port: int, tokens: TokenServer, token: str, *, again: bool = False) -> SmtpTransport:
    login = Login(user=tokens.user, secret=lambda: token, oauth=True, refused=lambda _: again)
    server = Server(host="localhost", port=port, security=Security.NONE, timeout=10)
    return SmtpTransport(SmtpAccount(server=server, login=login))


def test_a_user_with_commas_is_told_apart_from_the_syntax() -> None:
    server = Server(host="imap.example", port=993)
    talk = BearerTalk(server, Login(user="a,b=c@d.example", secret=str), "t", {"OAUTHBEARER"})
    assert talk.first == "n,a=a=2Cb=3Dc@d.example,\1host=imap.example\1port=993\1auth=Bearer t\1\1"
