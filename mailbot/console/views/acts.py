"""What staff do: each act is one function of the service, then the way back to the queue."""

import datetime as dt
from collections.abc import Callable
from urllib.parse import urlencode

from starlette.responses import Response

from mailbot.console.desk import Console, Visit, one_of
from mailbot.console.views.case import case_response, changes_of, find_case
from mailbot.console.views.login import LONGEST_PASSWORD
from mailbot.domain.errors import Forbidden, InputError, MailbotError, ProofWanted, StaleCase
from mailbot.service import accounts, staff
from mailbot.service.rehearsal import consider
from mailbot.service.review import Settled
from mailbot.service.teaching import propose_implied

MOST_AT_ONCE = 100


def approve(console: Console, visit: Visit) -> Response:
    """The draft goes out, in the visitor's words if they have edited it, or is endorsed when it takes two persons."""
    limits, words, proved = console.options.four_eyes, visit.value("words"), visit.proved
    try:
        if visit.value("password") and visit.session is not None:
            password = visit.value("password")[:LONGEST_PASSWORD]
            accounts.prove(console.accounts, visit.session, password, visit.value("code"))
            proved = True
        return _act(
            console, visit, lambda item: staff.approve(console.bench, item, visit.user, limits, words, proved=proved)
        )
    except ProofWanted:
        return _proof_page(console, visit)
    except Forbidden as error:
        return _proof_page(console, visit, trouble=str(error))


def _proof_page(console: Console, visit: Visit, trouble: str = "") -> Response:
    """The form that asks for the password again and then does what was asked for."""
    kept = {name: visit.value(name) for name in ("case", "version", "words") if visit.value(name)}
    path = visit.request.url.path
    provider = console.provider.name if console.provider else ""
    return visit.page("prove.html", 403, path=path, kept=kept, trouble=trouble, provider=provider)


def ask(console: Console, visit: Visit) -> Response:
    """The desk asks for the chosen fields."""
    return _act(console, visit, lambda item: staff.ask(console.bench, item, visit.values("field"), visit.user))


def accept(console: Console, visit: Visit) -> Response:
    """The case's quote was accepted."""
    staff.accept(console.bench, visit.part("number"), visit.user)
    return visit.go(f"/cases/{visit.part('number')}")


def correct(console: Console, visit: Visit) -> Response:
    """The values are set and the case goes on; with `recalculate` it is only shown what would come of it."""
    item = visit.number("item")
    changes = changes_of(console, visit, item)
    if visit.value("recalculate"):
        return case_response(console, visit, find_case(console, visit.value("case")), given=changes)
    limits, before = console.options.four_eyes, consider(console.bench, item).decision

    def do(item: int) -> Settled:
        settled = staff.correct(console.bench, item, changes, visit.user, limits)
        if before is not None:
            propose_implied(console.bench, settled.case_number, before, changes, visit.user)
        return settled

    return _act(console, visit, do, changes)


def answer(console: Console, visit: Visit) -> Response:
    """The visitor's words go out."""
    return _act(console, visit, lambda item: staff.answer(console.bench, item, visit.value("text"), visit.user))


def answer_topics(console: Console, visit: Visit) -> Response:
    """The desk's own words on the chosen topics go out."""
    topics = [topic for topic in visit.values("topic") if topic in console.templates.topics]
    return _act(console, visit, lambda item: staff.answer_topics(console.bench, item, topics, visit.user))


def decline(console: Console, visit: Visit) -> Response:
    """The request is declined with the visitor's words."""
    return _act(console, visit, lambda item: staff.decline(console.bench, item, visit.value("text"), visit.user))


def not_a_request(console: Console, visit: Visit) -> Response:
    """The case is closed without a reply."""
    return _act(console, visit, lambda item: staff.not_a_request(console.bench, item, visit.value("text"), visit.user))


def send_again(console: Console, visit: Visit) -> Response:
    """Replies that failed go out again."""
    return _act(console, visit, lambda item: staff.send_again(console.bench, item, visit.user))


def hand_back(console: Console, visit: Visit) -> Response:
    """The machine goes on with what the mails say."""
    limits = console.options.four_eyes
    return _act(console, visit, lambda item: staff.hand_back(console.bench, item, visit.user, limits))


def undo(console: Console, visit: Visit) -> Response:
    """What was done is taken back, and the case is shown again."""
    undone = staff.undo(console.bench, visit.number("item"), visit.user)
    return visit.go(f"/cases/{undone.case_number}")


def undo_last(console: Console, visit: Visit) -> Response:
    """The newest act in the case is taken back, and the case is shown again."""
    undone = _rearranged(console, visit, lambda number: staff.undo_last(console.bench, number, visit.user))
    return undone if isinstance(undone, Response) else visit.go(f"/cases/{visit.part('number')}?done=undone")


def withdraw(console: Console, visit: Visit) -> Response:
    """The case's replies that have not left do not leave, and the case is shown again."""
    withdrawn = staff.withdraw(console.bench, visit.part("number"), visit.user)
    return visit.go(f"/cases/{withdrawn.case_number}")


def merge(console: Console, visit: Visit) -> Response:
    """The case's mails belong to another case, which is shown."""
    into = visit.value("into").strip().upper()
    merged = _rearranged(console, visit, lambda number: staff.merge(console.bench, number, into, visit.user))
    return merged if isinstance(merged, Response) else visit.go(f"/cases/{merged.case_number}?done=merged")


def split(console: Console, visit: Visit) -> Response:
    """Some mails are a case of their own, which is shown."""
    mails = [int(mail) for mail in visit.values("mail") if mail.isdecimal()]
    opened = _rearranged(console, visit, lambda number: staff.split(console.bench, number, mails, visit.user))
    return opened if isinstance(opened, Response) else visit.go(f"/cases/{opened.case_number}?done=split")


def _rearranged(console: Console, visit: Visit, do: Callable[[str], Settled]) -> Settled | Response:
    """Return what it came to, or the case's page that says why not."""
    page = find_case(console, visit.part("number"))
    try:
        _refuse_moved(visit, page.version, page.open_item, page.open_item)
        return do(page.number)
    except (StaleCase, InputError) as error:
        status = 409 if isinstance(error, StaleCase) else 422
        return case_response(console, visit, page, status=status, trouble=str(error))


def note(console: Console, visit: Visit) -> Response:
    """A note is in the case's record."""
    page = find_case(console, visit.part("number"))
    staff.note(console.bench, page.case_id, visit.value("text"), visit.user)
    return visit.go(f"/cases/{page.number}#timeline")


def assign(console: Console, visit: Visit) -> Response:
    """The case is somebody's, or nobody's."""
    page = find_case(console, visit.part("number"))
    staff.assign(console.bench, page.case_id, visit.value("assignee") or None, visit.user)
    return visit.go(f"/cases/{page.number}")


def snooze(console: Console, visit: Visit) -> Response:
    """The case is put aside for some days, or taken back."""
    page = find_case(console, visit.part("number"))
    staff.snooze(console.bench, page.case_id, _until(visit), visit.user)
    return visit.go("/" if visit.value("days") != "0" else f"/cases/{page.number}")


def bulk(console: Console, visit: Visit) -> Response:
    """The chosen cases are claimed, put aside, or closed as no requests; what could not be is told together."""
    numbers, act = visit.values("case")[:MOST_AT_ONCE], visit.value("act")
    if not numbers:
        raise InputError("no case was chosen")
    failed: list[str] = []
    for number in numbers:
        page = find_case(console, number)
        try:
            _bulk_act(console, visit, act, page.case_id, page.open_item)
        except MailbotError as error:
            failed.append(f"{number}: {error}")
    if failed:
        raise StaleCase("; ".join(failed))
    return visit.go("/")


def _bulk_act(console: Console, visit: Visit, act: str, case_id: int, item: int | None) -> None:
    match act:
        case "claim":
            staff.assign(console.bench, case_id, visit.user.login, visit.user)
        case "snooze":
            staff.snooze(console.bench, case_id, visit.now + dt.timedelta(days=1), visit.user)
        case "not_a_request" if item is not None:
            staff.not_a_request(console.bench, item, "", visit.user)
        case _:
            raise InputError("choose what to do with the cases")


def _act(console: Console, visit: Visit, do: Callable[[int], Settled], given: dict[str, str] | None = None) -> Response:
    """Do it, if the case is still as the visitor saw it, and go back to the queue; else show the case and say why."""
    page = find_case(console, visit.value("case"))
    item = visit.number("item")
    try:
        _refuse_moved(visit, page.version, page.open_item, item)
        settled = do(item)
    except ProofWanted:
        raise
    except (StaleCase, InputError, Forbidden) as error:
        status = 409 if isinstance(error, StaleCase) else 403 if isinstance(error, Forbidden) else 422
        newer = find_case(console, page.number)
        return case_response(console, visit, newer, status=status, trouble=str(error), given=given or {})
    if settled.next_item:
        query = urlencode({"done": settled.settlement})
        return visit.go(f"/cases/{settled.case_number}?{query}")
    held = (settled.reply is not None and bool(console.bench.hold)) or settled.settlement == "not_a_request"
    query = urlencode(
        {"done": settled.settlement, "case": settled.case_number, "item": item, **({"undo": "1"} if held else {})}
    )
    return visit.go(f"/?{query}")


def _refuse_moved(visit: Visit, version: int, open_item: int | None, item: int | None) -> None:
    """Raise StaleCase when something has happened in the case since its page was opened."""
    seen = visit.value("version")
    if seen.isdecimal() and int(seen) != version and open_item == item:
        raise StaleCase("something has happened in this case since you opened it; look again before you send")


def _until(visit: Visit) -> dt.datetime | None:
    days = one_of(visit.value("days"), int, "number of days")
    return visit.now + dt.timedelta(days=min(days, 60)) if days > 0 else None
