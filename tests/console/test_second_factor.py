"""Codes of a second factor, and the proof that a large quote takes."""

import pyotp
import pytest

from mailbot.service import accounts
from tests.console.conftest import PASSWORD
from tests.console.test_cases import MANY_USERS
from tests.console.visitor import Visitor


@pytest.fixture
def agent(desk, logged_in):
    """An agent with a second factor, and its codes."""
    visitor = logged_in("agent")
    secret = _secret(visitor.get("/me").text)
    codes = pyotp.TOTP(secret)
    assert visitor.post("/me/code", {"act": "confirm", "code": "000000"}).status == 422
    assert visitor.post("/me/code", {"act": "confirm", "code": codes.at(desk.clock())}).location == "/me"
    desk.clock.advance(minutes=1)
    return visitor, codes


def _secret(text: str) -> str:
    return text.partition("<code>")[2].partition("</code>")[0]


def test_a_login_asks_for_the_code_and_opens_nothing_before(desk, agent):
    _, codes = agent
    visitor = Visitor(desk.app)
    visitor.get("/login")
    entered = visitor.post("/login", {"login": "agent", "password": PASSWORD, "next": "/ledger"})
    assert entered.location == "/login/code?next=%2Fledger"
    assert visitor.get("/").location.startswith("/login")
    visitor.get(entered.location)
    assert visitor.post("/login/code", {"code": "123456", "next": "/ledger"}).status == 403
    code = codes.at(desk.clock())
    pending = dict(visitor.cookies)
    assert visitor.post("/login/code", {"code": f"{code[:3]} {code[3:]}", "next": "/ledger"}).location == "/ledger"
    assert visitor.cookies != pending
    assert visitor.get("/").status == 200


def test_a_code_is_good_for_one_time(desk, agent):
    _, codes = agent
    code = codes.at(desk.clock())
    answers = []
    for _ in range(2):
        visitor = Visitor(desk.app)
        visitor.get("/login")
        visitor.get(visitor.post("/login", {"login": "agent", "password": PASSWORD}).location)
        answers.append(visitor.post("/login/code", {"code": code}).status)
    assert answers == [303, 403]


def test_codes_cannot_be_tried_without_end(desk, agent):
    visitor = Visitor(desk.app)
    visitor.get("/login")
    visitor.get(visitor.post("/login", {"login": "agent", "password": PASSWORD}).location)
    answers = [visitor.post("/login/code", {"code": f"{n:06}"}).words for n in range(7)]
    assert "Too many attempts" in answers[-1]


def test_a_second_factor_is_removed_by_its_owner_with_proof_or_by_an_administrator(desk, agent, logged_in):
    visitor, codes = agent
    visitor.get("/me")
    assert visitor.post("/me/code", {"act": "remove", "password": PASSWORD, "code": "000000"}).status == 403
    desk.clock.advance(minutes=1)
    fields = {"act": "remove", "password": PASSWORD, "code": codes.at(desk.clock())}
    assert visitor.post("/me/code", fields).location == "/me"
    assert _secret(visitor.get("/me").text) not in ("", codes.secret)
    administrator = logged_in("administrator")
    administrator.get("/admin")
    assert administrator.post("/admin/users/agent", {"act": "drop_code"}).status == 303


def test_a_large_quote_takes_the_password_again_and_goes_on_where_it_was(desk, logged_in):
    agent, second = logged_in("agent"), logged_in("second")
    item, number = desk.waiting("co_term_review")
    agent.post(f"/items/{item}/correct", {"case": number, **MANY_USERS})
    waits, _ = desk.waiting("co_term_review")
    desk.clock.advance(minutes=10)
    words = "Hello,\nhere it is."
    asked = second.post(f"/items/{waits}/approve", {"case": number, "words": words})
    assert (asked.status, "Show again who you are" in asked.words) == (403, True)
    assert "here it is." in asked.text
    assert all(kind != "quote" for kind, _ in desk.outbox(number))
    fields = {"case": number, "words": words, "password": "wrong password"}
    assert "Name or password is wrong" in second.post(f"/items/{waits}/approve", fields).words
    done = second.post(f"/items/{waits}/approve", {**fields, "password": PASSWORD})
    assert done.location.startswith("/?done=approved")
    with desk.store.begin() as uow:
        assert "Proved" in [line.kind for line in uow.audit.newest(5)]


def test_a_second_factor_that_was_lost_is_taken_away(desk, agent):
    accounts.drop_code(desk.accounts, "agent", actor="test")
    visitor = Visitor(desk.app)
    assert visitor.log_in("agent", PASSWORD).location == "/"
