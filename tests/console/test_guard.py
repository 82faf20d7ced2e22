"""Who gets in, how long, and what a foreign page or a wrong role can do: nothing."""

import re
from dataclasses import replace

import pytest

from mailbot.bootstrap.consoling import console_app
from mailbot.bootstrap.installation import Installation
from mailbot.console.guard import FOREIGN_POLICY
from mailbot.console.routes import ROUTES
from mailbot.domain.staff import StaffRole
from tests.console.conftest import PASSWORD, SETTINGS
from tests.console.visitor import Visitor

OPEN = {"/static/{name}", "/login", "/login/code", "/login/provider", "/login/provider/back"}
ROLES = [role.value for role in StaffRole]


def address_of(path: str, number: str) -> str:
    """Return an address for a route's path, with a case that exists."""
    filled = path.replace("{number}", number).replace("{login}", "viewer").replace("{name}", "console.css")
    return re.sub(r"\{\w+:int\}", "1", filled)


def test_every_route_has_a_role_but_the_way_in():
    assert {page.path for page in ROUTES if page.role is None} == OPEN
    assert all(page.role is not StaffRole.VIEWER for page in ROUTES if page.path.startswith(("/items", "/admin")))


@pytest.mark.parametrize("page", ROUTES, ids=lambda page: f"{page.method} {page.path}")
def test_who_has_not_logged_in_sees_no_page(desk, visitor, page):
    visitor.get("/login")
    path = address_of(page.path, desk.waiting("co_term_review")[1])
    answer = visitor.get(path) if page.method == "GET" else visitor.post(path)
    if page.path in OPEN:
        assert answer.status in (200, 403, 404)
    else:
        assert (answer.status, answer.location.partition("?")[0]) == (303, "/login")


@pytest.mark.parametrize("login", ROLES)
def test_a_role_reaches_its_own_routes_and_no_others(desk, logged_in, login):
    visitor, number = logged_in(login), desk.waiting("co_term_review")[1]
    reached = {}
    for page in ROUTES:
        if page.role is not None and page.path not in ("/logout", "/items/{item:int}/undo"):
            path = address_of(page.path, number)
            answer = visitor.get(path) if page.method == "GET" else visitor.post(path, {"case": number})
            reached[page] = answer.status
            assert answer.status < 500, page
    refused = {page for page, status in reached.items() if status == 403}
    assert refused == {page for page in reached if not StaffRole(login).includes(page.role)}


def test_the_form_of_another_site_changes_nothing(desk, logged_in):
    visitor, (item, number) = logged_in("agent"), desk.waiting("co_term_review")
    form = {"case": number}
    assert visitor.post(f"/items/{item}/approve", form, origin="https://evil.example").status == 403
    assert visitor.post(f"/items/{item}/approve", form, sec_fetch_site="cross-site").status == 403
    assert visitor.post(f"/items/{item}/approve", {**form, "token": "0" * 64}).status == 403
    assert visitor.post(f"/items/{item}/approve", {**form, "token": ""}).status == 403
    assert desk.outbox(number) == [("acknowledgement", "ready")]


def test_a_wrong_name_and_a_wrong_password_get_the_same_answer(visitor):
    answers = [visitor.log_in(*pair) for pair in (("agent", "wrong"), ("nobody", PASSWORD), ("agent", ""))]
    assert [answer.status for answer in answers] == [403, 403, 403]
    assert len({answer.words for answer in answers}) == 1
    assert "Name or password is wrong" in answers[0].words


def test_after_five_failures_the_right_password_does_not_help_until_later(desk, visitor):
    for _ in range(5):
        visitor.log_in("agent", "wrong")
    assert "Too many attempts" in visitor.log_in("agent", PASSWORD).words
    assert visitor.log_in("approver", PASSWORD).status == 303
    desk.clock.advance(minutes=16)
    assert Visitor(desk.app).log_in("agent", PASSWORD).status == 303


def test_an_address_that_tries_many_names_is_stopped(desk, visitor):
    for number in range(20):
        visitor.log_in(f"name{number}", "wrong")
    assert "Too many attempts" in visitor.log_in("agent", PASSWORD).words
    assert Visitor(desk.app, address="10.0.0.9").log_in("agent", PASSWORD).status == 303


def test_the_login_makes_a_new_cookie_and_the_log_out_ends_it_on_the_server(desk, visitor):
    visitor.get("/login")
    before = dict(visitor.cookies)
    answer = visitor.log_in("agent", PASSWORD)
    assert visitor.cookies != before
    assert "HttpOnly" in answer.cookies[0]
    assert "samesite=lax" in answer.cookies[0].lower()
    visitor.get("/")
    stolen = Visitor(desk.app, cookies=dict(visitor.cookies))
    assert stolen.get("/").status == 200
    visitor.post("/logout")
    assert stolen.get("/").status == 303


@pytest.mark.parametrize(("steps", "status"), [([50, 50, 50], 200), ([61], 303), ([50] * 15, 303)])
def test_a_session_ends_when_it_is_not_used_and_after_half_a_day_in_any_case(desk, logged_in, steps, status):
    visitor = logged_in("agent")
    for minutes in steps:
        desk.clock.advance(minutes=minutes)
        answer = visitor.get("/")
    assert answer.status == status


def test_who_is_shut_out_or_gets_a_new_password_is_logged_out_at_once(desk, logged_in):
    administrator, agent, viewer = logged_in("administrator"), logged_in("agent"), logged_in("viewer")
    administrator.get("/admin")
    assert administrator.post("/admin/users/agent", {"act": "disable"}).status == 303
    fields = {"act": "password", "password": "another long one"}
    assert administrator.post("/admin/users/viewer", fields).status == 303
    assert (agent.get("/").status, viewer.get("/").status) == (303, 303)
    assert Visitor(desk.app).log_in("agent", PASSWORD).status == 403
    assert Visitor(desk.app).log_in("viewer", "another long one").status == 303


def test_a_new_role_holds_from_the_next_page_on(desk, logged_in):
    administrator, agent = logged_in("administrator"), logged_in("agent")
    administrator.get("/admin")
    administrator.post("/admin/users/agent", {"act": "role", "role": "viewer"})
    item, number = desk.waiting("co_term_review")
    assert agent.post(f"/items/{item}/approve", {"case": number}).status == 403


def test_the_way_in_leads_only_to_pages_of_the_console(visitor):
    for target in ("https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"):
        visitor.get("/login")
        fields = {"login": "agent", "password": PASSWORD, "next": target}
        assert visitor.post("/login", fields).location == "/"
        visitor.cookies.clear()


def test_pages_allow_no_inline_script_no_frame_and_no_foreign_source(logged_in):
    answer = logged_in("agent").get("/")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-inline" not in policy
    assert re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=", answer.text) is None
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    assert "'unsafe-inline'" not in FOREIGN_POLICY.replace("style-src 'unsafe-inline'", "")


def test_requests_for_another_host_are_refused(visitor):
    assert visitor.get("/login", host="evil.example").status == 400


def test_behind_https_the_cookie_is_bound_to_the_host(desk, tmp_path):
    folder = tmp_path / "https"
    (folder / "config").mkdir(parents=True)
    settings = SETTINGS.replace('url = ""', 'url = "https://desk.example"')
    (folder / "config" / "mailbot.toml").write_text(settings, "utf-8")
    installation = Installation(folder, environment={})
    app = console_app(replace(desk.open, installation=installation))
    answer = Visitor(app).get("/login", host="desk.example")
    assert answer.cookies[0].startswith("__Host-mailbot=")
    assert "Secure" in answer.cookies[0]
    assert "strict-transport-security" in answer.headers


def test_a_large_form_is_refused_before_it_is_read(logged_in):
    visitor = logged_in("agent")
    assert visitor.post("/queue/bulk", {"case": "x" * 1_100_000}).status == 413
