"""The way in and out, and the files of the look."""

import secrets

from starlette.responses import Response

from mailbot.console.desk import Console, Visit
from mailbot.console.guard import form_token
from mailbot.domain.errors import Forbidden, InputError
from mailbot.service import accounts

LONGEST_PASSWORD = 1000


def static_file(console: Console, visit: Visit) -> Response:
    """A style sheet, script or picture; it may be kept for long, as its address changes with its content."""
    file = console.templates.static[visit.part("name")]
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(file.content, media_type=file.content_type, headers=headers)


def login_page(console: Console, visit: Visit, trouble: str = "", status: int = 200) -> Response:
    """The form; who comes without a cookie gets one, so that the form can be told from a forged one."""
    if visit.session is not None:
        return visit.go("/")
    secret = visit.secret or secrets.token_urlsafe(32)
    target = visit.asked("next") or visit.value("next")
    page = visit.page("login.html", status, trouble=trouble, next=target, token=form_token(secret))
    if secret != visit.secret:
        _set_cookie(console, page, secret)
    return page


def log_in(console: Console, visit: Visit) -> Response:
    """A session begins, with a new cookie; or the form again, which does not say what was wrong."""
    address = visit.request.client.host if visit.request.client else "-"
    try:
        password = visit.value("password")[:LONGEST_PASSWORD]
        secret = accounts.log_in(console.accounts, visit.value("login"), password, address)
    except Forbidden as error:
        return login_page(console, visit, trouble=str(error), status=403)
    response = visit.go(_own_path(visit.value("next")))
    _set_cookie(console, response, secret)
    return response


def log_out(console: Console, visit: Visit) -> Response:
    """The session ends, here and on the server."""
    if visit.session is not None:
        accounts.log_out(console.accounts, visit.session)
    response = visit.go("/login")
    response.delete_cookie(console.options.cookie, secure=console.options.https, httponly=True, samesite="lax")
    return response


def choose_language(console: Console, visit: Visit) -> Response:
    """The console speaks this language to the visitor from now on."""
    code = visit.value("language")
    if code not in console.templates.languages:
        raise InputError(f"{code}: the console does not speak it; there are {', '.join(console.templates.languages)}")
    with console.bench.store.begin() as uow:
        uow.staff.change(visit.user.id, language=code)
        uow.commit()
    return visit.go(_own_path(visit.value("next")))


def _set_cookie(console: Console, response: Response, secret: str) -> None:
    response.set_cookie(
        console.options.cookie, secret, path="/", secure=console.options.https, httponly=True, samesite="lax"
    )


def _own_path(path: str) -> str:
    """Return the path if it leads to a page of ours, else the first page: no redirect leads elsewhere."""
    harmless = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if harmless else "/"
