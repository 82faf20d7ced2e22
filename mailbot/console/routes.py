"""Every address of the console with the role that it takes. A page without a role is for who has not logged in."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.views import acts, admin, case, figures, imports, login, mails, provided, queue, teaching, trail
from mailbot.domain.staff import StaffRole

View = Callable[[Console, Visit], Response]

VIEWER, AGENT, ADMINISTRATOR = StaffRole.VIEWER, StaffRole.AGENT, StaffRole.ADMINISTRATOR


@dataclass(frozen=True, slots=True)
class Page:
    """An address, its view, and the least role that may use it; None only for the way in. `files`: takes uploads."""

    method: str
    path: str
    view: View
    role: StaffRole | None
    files: bool = False


ROUTES = (
    Page("GET", "/static/{name}", login.static_file, None),
    Page("GET", "/login", login.login_page, None),
    Page("POST", "/login", login.log_in, None),
    Page("GET", "/login/code", login.code_page, None),
    Page("POST", "/login/code", login.give_code, None),
    Page("GET", "/login/provider", provided.begin, None),
    Page("GET", "/login/provider/back", provided.back, None),
    Page("GET", "/me", login.me, VIEWER),
    Page("POST", "/me/code", login.change_code, VIEWER),
    Page("POST", "/logout", login.log_out, VIEWER),
    Page("POST", "/language", login.choose_language, VIEWER),
    Page("GET", "/", queue.queue, VIEWER),
    Page("GET", "/queue/lines", queue.queue_lines, VIEWER),
    Page("GET", "/search", queue.search, VIEWER),
    Page("POST", "/views", queue.save_view, VIEWER),
    Page("POST", "/views/{view:int}/drop", queue.drop_view, VIEWER),
    Page("POST", "/queue/bulk", acts.bulk, AGENT),
    Page("GET", "/cases/{number}", case.case, VIEWER),
    Page("GET", "/cases/{number}/lookers", case.lookers, VIEWER),
    Page("GET", "/cases/{number}/mails/{mail:int}/html", mails.mail_html, VIEWER),
    Page("GET", "/cases/{number}/mails/{mail:int}/raw", mails.mail_raw, VIEWER),
    Page("GET", "/cases/{number}/mails/{mail:int}/attachments/{place:int}", mails.attachment, VIEWER),
    Page("GET", "/cases/{number}/replies/{reply:int}/html", mails.reply_html, VIEWER),
    Page("GET", "/cases/{number}/replies/{reply:int}/pdf", mails.reply_pdf, VIEWER),
    Page("GET", "/cases/{number}/draft/html", mails.draft_html, VIEWER),
    Page("GET", "/cases/{number}/draft/pdf", mails.draft_pdf, VIEWER),
    Page("POST", "/cases/{number}/note", acts.note, AGENT),
    Page("POST", "/cases/{number}/withdraw", acts.withdraw, AGENT),
    Page("POST", "/cases/{number}/accept", acts.accept, AGENT),
    Page("POST", "/cases/{number}/undo", acts.undo_last, AGENT),
    Page("POST", "/cases/{number}/teach", teaching.propose, AGENT),
    Page("POST", "/cases/{number}/merge", acts.merge, AGENT),
    Page("POST", "/cases/{number}/split", acts.split, AGENT),
    Page("POST", "/cases/{number}/assign", acts.assign, AGENT),
    Page("POST", "/cases/{number}/snooze", acts.snooze, AGENT),
    Page("POST", "/items/{item:int}/preview", case.preview, AGENT),
    Page("POST", "/items/{item:int}/approve", acts.approve, AGENT),
    Page("POST", "/items/{item:int}/correct", acts.correct, AGENT),
    Page("POST", "/items/{item:int}/ask", acts.ask, AGENT),
    Page("POST", "/items/{item:int}/answer", acts.answer, AGENT),
    Page("POST", "/items/{item:int}/topics", acts.answer_topics, AGENT),
    Page("POST", "/items/{item:int}/decline", acts.decline, AGENT),
    Page("POST", "/items/{item:int}/not-a-request", acts.not_a_request, AGENT),
    Page("POST", "/items/{item:int}/send-again", acts.send_again, AGENT),
    Page("POST", "/items/{item:int}/hand-back", acts.hand_back, AGENT),
    Page("POST", "/items/{item:int}/undo", acts.undo, AGENT),
    Page("GET", "/ledger", figures.ledger_page, VIEWER),
    Page("GET", "/insight", figures.insight_page, VIEWER),
    Page("GET", "/insight.csv", figures.insight_csv, VIEWER),
    Page("GET", "/health", figures.health_page, VIEWER),
    Page("GET", "/trail", trail.trail_page, ADMINISTRATOR),
    Page("GET", "/admin", admin.admin_page, ADMINISTRATOR),
    Page("GET", "/admin/import", imports.import_page, ADMINISTRATOR),
    Page("POST", "/admin/import", imports.prepare, ADMINISTRATOR, files=True),
    Page("POST", "/admin/import/apply", imports.apply, ADMINISTRATOR),
    Page("GET", "/admin/names", teaching.names_page, ADMINISTRATOR),
    Page("GET", "/admin/names/{name:int}", teaching.name_page, ADMINISTRATOR),
    Page("POST", "/admin/names/{name:int}", teaching.settle_name, ADMINISTRATOR),
    Page("POST", "/admin/switches", admin.turn_switch, ADMINISTRATOR),
    Page("POST", "/admin/users", admin.add_user, ADMINISTRATOR),
    Page("POST", "/admin/users/{login}", admin.change_user, ADMINISTRATOR),
)
"""More specific addresses stand before general ones."""
