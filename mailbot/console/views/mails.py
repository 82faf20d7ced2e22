"""Mails, attachments, replies and documents as they are, each only through the case that it belongs to."""

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.foreign import document, download_headers, html_of
from mailbot.console.guard import FOREIGN_POLICY
from mailbot.console.views.case import find_case, pdf_of
from mailbot.domain.case import InboxEntry
from mailbot.domain.outgoing import OutgoingMessage
from mailbot.service.rehearsal import rehearse


def mail_html(console: Console, visit: Visit) -> Response:
    """The HTML of a mail, cleaned, for a sandboxed frame."""
    html = html_of(_mail(console, visit).raw)
    if html is None:
        raise KeyError("html")
    return _foreign(html)


def mail_raw(console: Console, visit: Visit) -> Response:
    """The mail as it came, to download; the audit trail says who did."""
    entry = _mail(console, visit)
    _note_export(console, visit, f"mail {entry.id}")
    return Response(entry.raw, headers=download_headers(f"{visit.part('number')}-{entry.id}.eml"))


def attachment(console: Console, visit: Visit) -> Response:
    """An attachment, to download."""
    entry = _mail(console, visit)
    attachments = console.bench.understanding.read(entry.raw).attachments
    place = visit.number("place")
    if place >= len(attachments):
        raise KeyError(place)
    found = attachments[place]
    _note_export(console, visit, f"attachment {place} of mail {entry.id}")
    return Response(found.content, headers=download_headers(found.filename))


def reply_html(console: Console, visit: Visit) -> Response:
    """The HTML of a reply that was sent or waits."""
    return _foreign(html_of(_reply(console, visit)) or "")


def reply_pdf(console: Console, visit: Visit) -> Response:
    """The document of a reply that was sent or waits."""
    return _document(pdf_of(_reply(console, visit)))


def draft_html(console: Console, visit: Visit) -> Response:
    """The reply as it would be sent now."""
    return _foreign(html_of(_draft(console, visit, documents=False).raw) or "")


def draft_pdf(console: Console, visit: Visit) -> Response:
    """The quote as it would be sent now."""
    return _document(pdf_of(_draft(console, visit, documents=True).raw))


def _mail(console: Console, visit: Visit) -> InboxEntry:
    """Return the mail if it belongs to the case of the address; else KeyError."""
    page = find_case(console, visit.part("number"))
    with console.bench.store.begin() as uow:
        entry = uow.inbox.get(visit.number("mail"))
    if entry is None or entry.case_id != page.case_id:
        raise KeyError(visit.number("mail"))
    return entry


def _reply(console: Console, visit: Visit) -> bytes:
    page = find_case(console, visit.part("number"))
    with console.bench.store.begin() as uow:
        replies = {reply.id: reply.raw for reply in uow.outbox.of_case(page.case_id)}
    return replies[visit.number("reply")]


def _draft(console: Console, visit: Visit, *, documents: bool) -> OutgoingMessage:
    page = find_case(console, visit.part("number"))
    if page.open_item is None or (reply := rehearse(console.bench, page.open_item, documents=documents).reply) is None:
        raise KeyError("draft")
    return reply


def _foreign(html: str) -> Response:
    return Response(document(html, ""), media_type="text/html", headers={"Content-Security-Policy": FOREIGN_POLICY})


def _document(content: bytes | None) -> Response:
    if content is None:
        raise KeyError("pdf")
    return Response(content, media_type="application/pdf", headers={"Content-Disposition": "inline"})


def _note_export(console: Console, visit: Visit, what: str) -> None:
    with console.bench.store.begin() as uow:
        number = visit.part("number")
        uow.audit.append(at=visit.now, actor=visit.user.login, kind="Exported", subject=number, data={"what": what})
        uow.commit()
