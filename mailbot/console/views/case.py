"""A case: its mails beside what was understood of them, what is on file, the draft, the reply, what has happened."""

import datetime as dt
import email
import email.policy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import structlog
from starlette.responses import JSONResponse, Response

from mailbot.console.desk import Console, Visit
from mailbot.console.fields import all_fields, changed, cited, may_be_asked, request_fields
from mailbot.console.marks import Cited, Piece, marked
from mailbot.domain.case import CaseEvent, InboxState
from mailbot.domain.catalogue import PLANS, PRODUCTS
from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError, TransientError
from mailbot.domain.file import SiteFile
from mailbot.domain.message import Attachment, InboundMessage
from mailbot.domain.outgoing import STUCK, ReplyKind
from mailbot.domain.request import Kind
from mailbot.service.process import records_for
from mailbot.service.rehearsal import Rehearsal, consider, rehearse
from mailbot.service.staff import is_large
from mailbot.service.trail import act_of, corrections_of, endorsed_by, last_act, merged_into
from mailbot.store.queries import CasePage, MailRow, case_page

log = structlog.get_logger(__name__)

LOOKING = dt.timedelta(seconds=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAttachment:
    """An attachment, its number in the mail, and its text in pieces where it could be read."""

    place: int
    attachment: Attachment
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownMail:
    """A mail of the case; `message` None when it could not be read. `subject` and `body` are in pieces."""

    row: MailRow
    message: InboundMessage | None = None
    subject: Sequence[Piece] = ()
    body: Sequence[Piece] = ()
    attachments: Sequence[ShownAttachment] = ()
    has_html: bool = False


def case(console: Console, visit: Visit) -> Response:
    """The page; that it was read is in the audit trail."""
    return case_response(console, visit, find_case(console, visit.part("number")))


def case_response(
    console: Console,
    visit: Visit,
    page: CasePage,
    *,
    status: int = 200,
    trouble: str = "",
    given: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return the case's page, with what was wrong with an act and what its form held."""
    with console.bench.store.begin() as uow:
        uow.worklist.look(page.case_id, visit.user.login, visit.now)
        uow.audit.append(at=visit.now, actor=visit.user.login, kind="CaseRead", subject=page.number)
        work = uow.worklist.of_case(page.case_id)
        colleagues = [user.login for user in uow.staff.list() if not user.disabled]
        uow.commit()
    rehearsal, trouble = _rehearse(console, page, given, trouble)
    decision = rehearsal.decision if rehearsal else page.decision
    corrections = rehearsal.corrections if rehearsal else corrections_of(page.events)
    fields = request_fields(decision, corrections) if decision else []
    evidence = cited(decision, fields) if decision else []
    every_field = [found for request in fields for found in all_fields(request)]
    large = decision is not None and is_large(decision, console.options.four_eyes)
    context = {
        "page": page,
        "rehearsal": rehearsal,
        "decision": decision,
        "fields": fields,
        "given": given,
        "trouble": trouble,
        "mails": shown_mails(console, page, evidence, rehearsal.mails if rehearsal else None),
        "on_file": on_file(console, decision),
        "work": work,
        "colleagues": colleagues,
        "lookers": _lookers(console, visit, page),
        "large": large,
        "endorsed": sorted(endorsed_by(page.events, page.open_item)) if large and page.open_item else [],
        "reply_html": rehearsal is not None and rehearsal.reply is not None,
        "has_pdf": rehearsal is not None and rehearsal.reply_kind is ReplyKind.QUOTE,
        "stuck": any(r.state in STUCK for r in page.replies),
        "kinds": [kind.value for kind in Kind],
        "products": PRODUCTS,
        "plans": PLANS,
        "topics": console.templates.topics,
        "askable": [f for f in every_field if may_be_asked(f)],
        "ends": decision.co_term_options if decision and rehearsal else (),
        "ends_path": next((f.path for f in every_field if f.key == "target_end_date" and f.is_wanted), ""),
        "promise": console.options.promise,
        "merged_into": merged_into(page.events),
        "last_act": _undoable(page),
    }
    return visit.page("case.html", status, **context)


def preview(console: Console, visit: Visit) -> Response:
    """The draft and the reply as they would be with the values of the form; for the page that is open."""
    item = visit.number("item")
    changes: dict[str, str] = {}
    try:
        changes = changes_of(console, visit, item)
        rehearsal = rehearse(console.bench, item, changes)
    except InputError as error:
        return visit.page("draft.html", 422, rehearsal=None, decision=None, trouble=str(error), changes=changes)
    return visit.page("draft.html", rehearsal=rehearsal, decision=rehearsal.decision, trouble="", changes=changes)


def lookers(console: Console, visit: Visit) -> Response:
    """Who else has the case open, and its version, so that an open page notices when it is out of date."""
    page = find_case(console, visit.part("number"))
    with console.bench.store.begin() as uow:
        uow.worklist.look(page.case_id, visit.user.login, visit.now)
        uow.commit()
    return JSONResponse({"lookers": _lookers(console, visit, page), "version": page.version})


def find_case(console: Console, number: str) -> CasePage:
    """Return the case; KeyError when there is none of this number."""
    with console.read() as connection:
        page = case_page(connection, number)
    if page is None:
        raise KeyError(number)
    return page


def changes_of(console: Console, visit: Visit, item: int) -> dict[str, str]:
    """Return what the form sets otherwise than the item's decision says."""
    shown = consider(console.bench, item)
    fields = request_fields(shown.decision, shown.corrections) if shown.decision else []
    return changed(fields, {key: visit.value(key) for key in visit.form if key.startswith("requests[")})


def shown_mails(
    console: Console, page: CasePage, evidence: Sequence[Cited], thread: Sequence[int] | None = None
) -> Sequence[ShownMail]:
    """Return the case's mails with the words marked that are evidence.

    Evidence counts the mails of the thread that was decided: `thread`, the inbox entries that staff's acts read, or
    those that the machine reads, which were processed and which persons wrote.
    """
    with console.bench.store.begin() as uow:
        raws = {entry.id: entry.raw for entry in uow.inbox.of_case(page.case_id)}
    messages = {inbox_id: _read(console, raw) for inbox_id, raw in raws.items()}
    if thread is None:
        done = (row.inbox_id for row in page.mails if row.state is InboxState.DONE)
        thread = [i for i in done if (message := messages.get(i)) is not None and message.automatic is None]
    numbers = {inbox_id: number for number, inbox_id in enumerate(thread)}
    return [
        _shown(row, message, numbers.get(row.inbox_id, -1), evidence, raws[row.inbox_id])
        if (message := messages.get(row.inbox_id)) is not None
        else ShownMail(row=row)
        for row in page.mails
    ]


def on_file(console: Console, decision: Decision | None) -> Sequence[SiteFile]:
    """Return what the vendor has on file for the sites and SENs of the decision."""
    requests = decision.requests if decision else ()
    sites = [request.site.value for request in requests if request.site]
    sens = [sen.value for request in requests for sen in request.sens]
    if not sites and not sens:
        return ()
    return list(records_for(console.bench.store)(sites, sens, ()).sites.values())


def pdf_of(raw: bytes) -> bytes | None:
    """Return the document of a finished reply; None when it has none."""
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        if part.get_content_type() == "application/pdf":
            content = part.get_payload(decode=True)
            return content if isinstance(content, bytes) else None
    return None


def _rehearse(console: Console, page: CasePage, given: Mapping[str, str], trouble: str) -> tuple[Rehearsal | None, str]:
    if page.open_item is None:
        return None, trouble
    try:
        return rehearse(console.bench, page.open_item, given), trouble
    except InputError as error:
        return rehearse(console.bench, page.open_item), trouble or str(error)


def _read(console: Console, raw: bytes) -> InboundMessage | None:
    try:
        return console.bench.understanding.read(raw)
    except TransientError:
        raise
    except InputError:
        return None
    except Exception as error:  # the bug that parked the mail; the rest of its case is still shown
        log.error("mail_not_shown", error=type(error).__name__)
        return None


def _shown(row: MailRow, message: InboundMessage, number: int, evidence: Sequence[Cited], raw: bytes) -> ShownMail:
    return ShownMail(
        row=row,
        message=message,
        subject=marked(message.subject, number, evidence),
        body=marked(message.body, number, evidence),
        attachments=[
            ShownAttachment(place=i, attachment=a, pieces=marked(a.part, number, evidence) if a.part else ())
            for i, a in enumerate(message.attachments)
        ],
        has_html=b"text/html" in raw.lower(),
    )


def _undoable(page: CasePage) -> CaseEvent | None:
    """Return the act that can be taken back now: one whose reply is on its way out cannot."""
    event = last_act(page.events)
    act = act_of(event) if event is not None else None
    return event if act is None or act.version == page.version else None


def _lookers(console: Console, visit: Visit, page: CasePage) -> Sequence[str]:
    with console.bench.store.begin() as uow:
        present = uow.worklist.lookers(page.case_id, visit.now - LOOKING)
    return [login for login in present if login != visit.user.login]
