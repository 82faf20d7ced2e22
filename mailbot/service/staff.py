"""What each member of staff may do: the acts of `review` behind roles and four eyes."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from mailbot.domain.decision import Action, Decision
from mailbot.domain.errors import Forbidden, InputError, ProofWanted
from mailbot.domain.file import Records
from mailbot.domain.message import Desk
from mailbot.domain.staff import StaffRole, User, is_login
from mailbot.ports import Clock, Store
from mailbot.service import afterwards, rearranging, review, undoing
from mailbot.service.rehearsal import consider
from mailbot.service.review import Settled, Workbench, event_of, open_item
from mailbot.service.trail import endorsed_by

FourEyes = Mapping[str, Decimal]
"""Currency -> amount before tax above which a quote needs two persons."""


def require(user: User, needed: StaffRole) -> None:
    """Return when the user may do what the role may; else Forbidden."""
    if user.disabled or not user.role.includes(needed):
        raise Forbidden(f"{user.login} is {user.role.value}; this takes the role {needed.value}")


def approve(
    bench: Workbench, item_id: int, user: User, limits: FourEyes, words: str = "", *, proved: bool = False
) -> Settled:
    """As review.approve. A large quote is endorsed first and leaves when an approver, another person, approves it.

    Both must have logged in: Forbidden for a name that was only given on the command line. Its words are edited by
    the second person alone, so that nothing is added to what was endorsed without a look of the one who sends it.
    Raises ProofWanted unless it was `proved` just now who the user is.
    """
    require(user, StaffRole.AGENT)
    considered = consider(bench, item_id)
    if considered.decision is None or not is_large(considered.decision, limits):
        return review.approve(bench, item_id, actor=user.login, words=words)
    if not user.has_logged_in:
        raise Forbidden(f"item {item_id}: a quote of this amount takes two persons; both approve it in the console")
    if not proved:
        raise ProofWanted(f"item {item_id}: for a quote of this amount, show again who you are")
    with bench.store.begin() as uow:
        item, now = open_item(uow, item_id), bench.clock()
        behind = endorsed_by(uow.cases.events(item.case_id), item_id) - {user.login}
        others = [actor for actor in behind if is_login(actor)]
        if not others and words.strip():
            raise InputError(f"item {item_id}: endorse it first; who sends it edits the reply")
        if not others:
            case = uow.cases.get(item.case_id)
            uow.cases.append(event_of(case, now, "Endorsed", user.login, {"item": item_id}))
            uow.audit.append(at=now, actor=user.login, kind="Endorsed", subject=case.number)
            uow.commit()
            return Settled(case_number=case.number, settlement="endorsed", next_item=item_id)
    require(user, StaffRole.APPROVER)
    return review.approve(bench, item_id, actor=user.login, words=words)


def ask(bench: Workbench, item_id: int, fields: Sequence[str], user: User) -> Settled:
    """As review.ask."""
    require(user, StaffRole.AGENT)
    return review.ask(bench, item_id, fields, actor=user.login)


def accept(bench: Workbench, case_number: str, user: User) -> None:
    """As afterwards.accept."""
    require(user, StaffRole.AGENT)
    afterwards.accept(bench, case_number, actor=user.login)


def correct(bench: Workbench, item_id: int, changes: Mapping[str, str], user: User, limits: FourEyes) -> Settled:
    """As review.correct; a large quote waits for a second person."""
    require(user, StaffRole.AGENT)

    def waits(decision: Decision) -> bool:
        return decision.action is Action.REVIEW or is_large(decision, limits)

    return review.correct(bench, item_id, changes, actor=user.login, waits=waits)


def answer(bench: Workbench, item_id: int, text: str, user: User) -> Settled:
    """As review.answer."""
    require(user, StaffRole.AGENT)
    return review.answer(bench, item_id, text, actor=user.login)


def answer_topics(bench: Workbench, item_id: int, topics: Sequence[str], user: User) -> Settled:
    """As review.answer_topics."""
    require(user, StaffRole.AGENT)
    return review.answer_topics(bench, item_id, topics, actor=user.login)


def decline(bench: Workbench, item_id: int, text: str, user: User) -> Settled:
    """As review.decline."""
    require(user, StaffRole.AGENT)
    return review.decline(bench, item_id, text, actor=user.login)


def not_a_request(bench: Workbench, item_id: int, note: str, user: User) -> Settled:
    """As review.not_a_request."""
    require(user, StaffRole.AGENT)
    return review.not_a_request(bench, item_id, note, actor=user.login)


def send_again(bench: Workbench, item_id: int, user: User) -> Settled:
    """As afterwards.send_again."""
    require(user, StaffRole.AGENT)
    return afterwards.send_again(bench, item_id, actor=user.login)


def hand_back(bench: Workbench, item_id: int, user: User, limits: FourEyes) -> Settled:
    """As review.hand_back; a large quote is not handed back, it would leave with one person's word."""
    require(user, StaffRole.AGENT)

    def refuse(decision: Decision) -> None:
        if is_large(decision, limits):
            raise InputError(f"item {item_id}: a quote of this amount takes two persons; approve it instead")

    return review.hand_back(bench, item_id, actor=user.login, refuse=refuse)


def undo(bench: Workbench, item_id: int, user: User) -> Settled:
    """As afterwards.undo."""
    require(user, StaffRole.AGENT)
    return afterwards.undo(bench, item_id, actor=user.login)


def undo_last(bench: Workbench, case_number: str, user: User) -> Settled:
    """As undoing.undo_last."""
    require(user, StaffRole.AGENT)
    return undoing.undo_last(bench, case_number, actor=user.login)


def withdraw(bench: Workbench, case_number: str, user: User) -> Settled:
    """As afterwards.withdraw."""
    require(user, StaffRole.AGENT)
    return afterwards.withdraw(bench, case_number, actor=user.login)


def merge(bench: Workbench, number: str, into: str, user: User) -> Settled:
    """As rearranging.merge."""
    require(user, StaffRole.AGENT)
    return rearranging.merge(bench, number, into, actor=user.login)


def split(bench: Workbench, number: str, mails: Sequence[int], user: User) -> Settled:
    """As rearranging.split."""
    require(user, StaffRole.AGENT)
    return rearranging.split(bench, number, mails, actor=user.login)


def note(bench: Workbench, case_id: int, text: str, user: User) -> None:
    """As review.note."""
    require(user, StaffRole.AGENT)
    review.note(bench, case_id, text, actor=user.login)


def assign(bench: Workbench, case_id: int, login: str | None, user: User) -> None:
    """The case is somebody's, or nobody's; InputError for a login that is not staff."""
    require(user, StaffRole.AGENT)
    with bench.store.begin() as uow:
        assignee = uow.staff.find(login) if login else None
        if login and (assignee is None or assignee.disabled):
            raise InputError(f"{login}: there is nobody of this name to assign to")
        uow.worklist.assign(case_id, assignee.login if assignee else None)
        data = {"to": assignee.login if assignee else None}
        case = uow.cases.get(case_id)
        uow.audit.append(at=bench.clock(), actor=user.login, kind="Assigned", subject=case.number, data=data)
        uow.commit()


def snooze(bench: Workbench, case_id: int, until: dt.datetime | None, user: User) -> None:
    """The case is out of the queue until then, or back in it."""
    require(user, StaffRole.AGENT)
    with bench.store.begin() as uow:
        uow.worklist.snooze(case_id, until)
        data = {"until": until.isoformat() if until else None}
        case = uow.cases.get(case_id)
        uow.audit.append(at=bench.clock(), actor=user.login, kind="Snoozed", subject=case.number, data=data)
        uow.commit()


def turn_switch(bench: Workbench, name: str, user: User, *, on: bool) -> None:
    """The switch (service.switches) is on or off, and with it what the machine may send by itself."""
    require(user, StaffRole.ADMINISTRATOR)
    with bench.store.begin() as uow:
        uow.switches.turn(name, on=on, by=user.login, at=bench.clock())
        uow.audit.append(at=bench.clock(), actor=user.login, kind="Switched", subject=name, data={"on": on})
        uow.commit()


def replace_records(store: Store, clock: Clock, records: Records, desk: Desk, user: User) -> None:
    """Prices, entitlements, contacts and taxes are these, and nothing of before."""
    require(user, StaffRole.ADMINISTRATOR)
    with store.begin() as uow:
        uow.records.replace(records, desk, clock())
        data = {"entitlements": len(records.sens), "sites": len(records.sites)}
        version = records.price_book.version
        uow.audit.append(at=clock(), actor=user.login, kind="Imported", subject=version, data=data)
        uow.commit()


def is_large(decision: Decision, limits: FourEyes) -> bool:
    """Whether the decision's quote is above the amount from which it takes two persons."""
    quote = decision.quote
    return quote is not None and quote.currency in limits and quote.subtotal > limits[quote.currency]
