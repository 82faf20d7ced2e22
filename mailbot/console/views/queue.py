"""The queue: what waits for a person, and why; search over all cases; saved views."""

from urllib.parse import urlencode

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.searching import refresh_search
from mailbot.domain.case_number import is_case_number
from mailbot.domain.errors import InputError
from mailbot.store.queries import ledger
from mailbot.store.worklines import SORTS, QueueFilter, find_cases, queue_page

PAGE = 50
FILTERS = ("words", "language", "reason", "kind", "assignee", "sort")
ACTS = (
    "approved", "asked", "corrected", "answered", "declined", "not_a_request", "sent_again", "handed_back", "undone",
    "endorsed",
)  # fmt: skip


def queue(console: Console, visit: Visit) -> Response:
    """The page."""
    return visit.page("queue.html", 200, **_lines(console, visit), done=_done(visit), views=_views(console, visit))


def queue_lines(console: Console, visit: Visit) -> Response:
    """The lines alone, for a page that keeps itself up to date."""
    return visit.page("queue_lines.html", 200, **_lines(console, visit))


def search(console: Console, visit: Visit) -> Response:
    """Cases of all times that hold the words; what was looked for is in the audit trail."""
    words = visit.asked("words").strip()
    refresh_search(console.bench, console.read)
    with console.bench.store.begin() as uow:
        uow.audit.append(at=visit.now, actor=visit.user.login, kind="Searched", subject=words[:200])
        uow.commit()
    with console.read() as connection:
        found = find_cases(connection, words)
    return visit.page("search.html", words=words, found=found)


def save_view(console: Console, visit: Visit) -> Response:
    """The filter that is shown is kept under a name."""
    name = " ".join(visit.value("name").split())[:60]
    if not name:
        raise InputError("a view needs a name")
    query = urlencode({key: visit.value(key) for key in FILTERS if visit.value(key)})
    with console.bench.store.begin() as uow:
        uow.staff.save_view(visit.user.login, name, query)
        uow.commit()
    return visit.go(f"/?{query}")


def drop_view(console: Console, visit: Visit) -> Response:
    """A view of the visitor's own is forgotten."""
    with console.bench.store.begin() as uow:
        uow.staff.drop_view(visit.user.login, visit.number("view"))
        uow.commit()
    return visit.go("/")


def _lines(console: Console, visit: Visit) -> dict[str, object]:
    wanted = _filter(visit)
    number = visit.asked("page")
    page = int(number) if number.isdecimal() and len(number) < 6 else 1
    if wanted.words:
        refresh_search(console.bench, console.read)
    with console.read() as connection:
        shown = queue_page(connection, wanted, visit.now, limit=PAGE, offset=PAGE * (max(page, 1) - 1))
        folders = ledger(connection) if not shown.lines else ()
    promise = console.options.promise
    return {
        "shown": shown,
        "wanted": wanted,
        "page_number": max(page, 1),
        "pages": -(-shown.total // PAGE),
        "sorts": tuple(SORTS),
        "query": urlencode({key: visit.asked(key) for key in (*FILTERS, "snoozed") if visit.asked(key)}),
        "age": lambda line: promise.age(line.opened_at, visit.now),
        "late": lambda line: promise.is_late(line.opened_at, visit.now),
        "due": lambda line: promise.due(line.opened_at),
        "promise": promise,
        "mails": sum(folder.total for folder in folders),
    }


def _filter(visit: Visit) -> QueueFilter:
    given = {key: visit.asked(key).strip() for key in FILTERS}
    given["sort"] = given["sort"] if given["sort"] in SORTS else "age"
    if given["assignee"] == "me":
        given["assignee"] = visit.user.login
    return QueueFilter(**given, snoozed=visit.asked("snoozed") == "1")


def _done(visit: Visit) -> dict[str, str] | None:
    """Return what has just been done, told by the address; nothing in it is shown as it stands."""
    act, number, item = visit.asked("done"), visit.asked("case"), visit.asked("item")
    if act not in ACTS or not is_case_number(number):
        return None
    return {"act": act, "number": number, "item": item if item.isdecimal() else "", "undo": visit.asked("undo")}


def _views(console: Console, visit: Visit) -> object:
    with console.bench.store.begin() as uow:
        return uow.staff.views(visit.user.login)
