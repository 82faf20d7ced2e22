"""Login by a provider of identities, against a real one that the tests start."""

import http.client
from dataclasses import replace
from urllib.parse import urlsplit

import pytest
from argon2.profiles import CHEAPEST

from mailbot.bootstrap.consoling import console_app
from mailbot.bootstrap.installation import Installation
from mailbot.domain.errors import SetupError
from mailbot.domain.staff import StaffRole
from mailbot.service.accounts import add_user
from tests.console.conftest import PASSWORD
from tests.console.test_cases import MANY_USERS
from tests.console.visitor import Answer, Visitor
from tests.support.identity_provider import CLIENT, SECRET, Provider, new_key, running_provider


@pytest.fixture
def provider():
    with running_provider(email="anna@seller.example", email_verified=True) as running:
        yield running


@pytest.fixture
def app(desk, provider):
    add_user(desk.accounts, "anna@seller.example", "Anna Lind", StaffRole.APPROVER, PASSWORD, actor="test")
    environment = {
        "MAILBOT_OIDC__ISSUER": provider.issuer,
        "MAILBOT_OIDC__CLIENT_ID": CLIENT,
        "MAILBOT_OIDC__CLIENT_SECRET": SECRET,
        "MAILBOT_OIDC__NAME": "Seller ID",
    }
    installation = Installation(desk.installation.folder, environment=environment)
    return console_app(replace(desk.open, installation=installation), passwords=CHEAPEST)


def asked(address: str) -> str:
    """Return where the provider sends the browser."""
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.request("GET", f"{parts.path}?{parts.query}")
    location = connection.getresponse().getheader("Location")
    connection.close()
    assert location is not None
    return location


def way(visitor: Visitor, target: str = "/ledger", query: str = "") -> Answer:
    """Go out to the provider and back again."""
    out = visitor.get(f"/login/provider?next={target}{query}")
    assert out.status == 303
    return visitor.get(asked(out.location).removeprefix("http://localhost"))


def test_who_the_provider_vouches_for_is_in_and_where_they_wanted_to_be(app, provider):
    visitor = Visitor(app)
    assert "Log in by Seller ID" in visitor.get("/login").words
    before = dict(visitor.cookies)
    assert way(visitor).location == "/ledger"
    assert visitor.cookies != before
    assert "Anna Lind" in visitor.get("/").words
    assert {"code", "S256"} <= {provider.asked[0]["response_type"], provider.asked[0]["code_challenge_method"]}


@pytest.mark.parametrize(
    "claims",
    [
        {"email": "stranger@seller.example"},
        {"email_verified": False},
        {"email": None},
        {"nonce": "another"},
        {"aud": "another"},
        {"iss": "http://evil.example"},
        {"exp": 1},
    ],
)
def test_nobody_else_gets_in(app, provider, claims):
    provider.claims.update(claims)
    visitor = Visitor(app)
    visitor.get("/login")
    assert way(visitor).status == 403
    assert visitor.get("/").location.startswith("/login")


def test_a_token_signed_by_somebody_else_is_refused(app, provider):
    provider.known_key = new_key()
    visitor = Visitor(app)
    visitor.get("/login")
    assert way(visitor).status == 403


def test_an_answer_is_good_for_the_browser_that_asked_and_once(app):
    one, other = Visitor(app), Visitor(app)
    one.get("/login")
    other.get("/login")
    back = asked(one.get("/login/provider?next=/").location).removeprefix("http://localhost")
    assert other.get(back).status == 403
    assert one.get(back).status == 303
    assert Visitor(app, cookies=dict(one.cookies)).get(back).status == 403
    assert one.get("/login/provider/back?error=access_denied").status == 403


def test_no_login_leads_to_another_site(app):
    visitor = Visitor(app)
    visitor.get("/login")
    assert way(visitor, "//evil.example").location == "/"


def test_a_provider_that_is_away_is_told(app, provider):
    visitor = Visitor(app)
    visitor.get("/login")
    provider.away = True
    assert visitor.get("/login/provider?next=/").status == 503


def test_a_large_quote_asks_the_provider_again(app, desk, provider):
    agent = Visitor(app)
    agent.log_in("agent", PASSWORD)
    item, number = desk.waiting("co_term_review")
    agent.get("/")
    agent.post(f"/items/{item}/correct", {"case": number, **MANY_USERS})
    waits, _ = desk.waiting("co_term_review")
    anna = Visitor(app)
    anna.get("/login")
    way(anna)
    anna.get("/")
    desk.clock.advance(minutes=10)
    page = anna.post(f"/items/{waits}/approve", {"case": number})
    assert (page.status, "Log in by Seller ID" in page.words) == (403, True)
    provider.claims["auth_time"] = 1
    assert way(anna, f"/cases/{number}", "&again=1").status == 403
    del provider.claims["auth_time"]
    assert way(anna, f"/cases/{number}", "&again=1").location == f"/cases/{number}"
    assert provider.asked[-1]["prompt"] == "login"
    anna.get("/")
    assert anna.post(f"/items/{waits}/approve", {"case": number}).location.startswith("/?done=approved")


def test_without_a_provider_there_is_no_such_way(visitor, desk):
    visitor.get("/login")
    assert visitor.get("/login/provider?next=/").status == 200
    assert visitor.get("/login/provider/back?code=x").status == 404
    installation = Installation(desk.installation.folder, environment={"MAILBOT_OIDC__ISSUER": "https://id.example"})
    with pytest.raises(SetupError, match=r"oidc\.client_secret is not set"):
        console_app(replace(desk.open, installation=installation))


def test_the_provider_is_strict(provider: Provider):
    assert provider.token({"code": "x"}, "")[0] == 400
