"""The console on PostgreSQL: what staff see and do, once from the queue to the figures."""

import re
from collections.abc import Iterator

import pytest

from tests.console.conftest import PASSWORD, ConsoleDesk, worked
from tests.console.test_cases import CORRECTED_USERS, MANY_USERS
from tests.console.visitor import Visitor
from tests.support.postgres import Postgres


@pytest.fixture(scope="module")
def desk(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleDesk]:
    """A worked desk on a database of its own, for all tests of this file."""
    folder = tmp_path_factory.mktemp("desk-on-postgres")
    with postgres.database() as url, worked(folder, {"MAILBOT_DATABASE__URL": url}) as made:
        yield made


def log_in(desk: ConsoleDesk, login: str) -> Visitor:
    visitor = Visitor(desk.app)
    assert visitor.log_in(login, PASSWORD).status == 303
    visitor.get("/")
    return visitor


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("language=zh-Hans", {"Q-2026-00013"}),
        ("reason=contact_not_on_file", {"Q-2026-00012"}),
        ("words=harbour+lights", {"Q-2026-00008"}),
        ("words=%E4%BA%91%E6%B5%B7", {"Q-2026-00013"}),
        ("words=nosuchword", set()),
        ("sort=amount", {"Q-2026-00008", "Q-2026-00012", "Q-2026-00013"}),
    ],
)
def test_the_queue_is_filtered_and_searched(desk, query, shown):
    text = log_in(desk, "viewer").get(f"/queue/lines?{query}").text
    assert {number for number in ("Q-2026-00008", "Q-2026-00012", "Q-2026-00013") if number in text} == shown


@pytest.mark.parametrize("path", ["/", "/search?words=jira", "/ledger", "/insight", "/insight.csv", "/health", "/trail",
                                  "/admin", "/admin/import", "/admin/names", "/me"])  # fmt: skip
def test_every_page_opens(desk, path):
    assert log_in(desk, "administrator").get(path).status == 200


def test_a_day_of_work(desk):
    agent, second, administrator = (log_in(desk, login) for login in ("agent", "second", "administrator"))
    item, number = desk.waiting("ambiguous_quantity")
    agent.get(f"/cases/{number}")
    assert agent.post(f"/items/{item}/correct", {"case": number, **CORRECTED_USERS}).status == 303
    assert desk.outbox(number)[-1] == ("quote", "ready")
    assert agent.post(f"/items/{item}/undo").location == f"/cases/{number}"
    assert desk.outbox(number)[-1] == ("quote", "withdrawn")

    agent.post(f"/cases/{number}/note", {"text": "called them"})
    agent.post(f"/cases/{number}/assign", {"assignee": "agent"})
    agent.post(f"/cases/{number}/snooze", {"days": "1"})
    assert number in agent.get("/queue/lines?snoozed=1").text
    agent.post(f"/cases/{number}/snooze", {"days": "0"})
    agent.post("/views", {"name": "Chinese", "language": "zh-Hans"})
    assert "Chinese" in agent.get("/").words

    item, large = desk.waiting("co_term_review")
    agent.post(f"/items/{item}/correct", {"case": large, **MANY_USERS})
    item, _ = desk.waiting("co_term_review")
    assert agent.post(f"/items/{item}/approve", {"case": large}).location.endswith("done=endorsed")
    assert second.post(f"/items/{item}/approve", {"case": large}).location.startswith("/?done=approved")
    assert agent.post(f"/cases/{large}/accept").status == 303
    assert '"accepted","USD"' in agent.get("/insight.csv").text

    desk.deliver()
    other = desk.waiting("contact_not_on_file")[1]
    assert agent.post(f"/cases/{number}/merge", {"into": other}).location == f"/cases/{other}?done=merged"
    mails = re.findall(r'name="mail" value="(\d+)"', agent.get(f"/cases/{other}").text)
    split = agent.post(f"/cases/{other}/split", {"mail": mails[-1]}).location
    assert split.endswith("done=split")

    assert agent.post(f"/cases/{other}/teach", {"product": "bitbucket", "words": "Bucketeer"}).status == 303
    assert administrator.post("/admin/names/1", {"act": "refuse"}).status == 303
    administrator.post("/admin/switches", {"name": "shadow", "on": "1"})
    assert "Switched on" in administrator.get("/health").words
    words = administrator.get("/trail").words
    assert "The chain is whole" in words
    assert all(kind in words for kind in ("Corrected", "Undone", "QuoteAccepted", "Merged", "Split", "NameRefused"))
