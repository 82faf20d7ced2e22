"""The way in and out, and the files of the look."""

import secrets
from urllib.parse import urlencode

from starlette.responses import Response

from mailbot.console.codes import picture
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
    provider = console.provider.name if console.provider else ""
    page = visit.page(
        "login.html",
        status,
        trouble=trouble,
        next=target,
        token=form_token(secret),
        wants_code=False,
        provider=provider,
    )
    if secret != visit.secret:
        set_cookie(console, page, secret)
    return page


def log_in(console: Console, visit: Visit) -> Response:
    """A session begins, with a new cookie; or the form again, which does not say what was wrong.

    For who has a second factor the session opens nothing yet, and the code is asked for.
    """
    try:
        password = visit.value("password")[:LONGEST_PASSWORD]
        entry = accounts.log_in(console.accounts, visit.value("login"), password, visit.address)
    except Forbidden as error:
        return login_page(console, visit, trouble=str(error), status=403)
    target = own_path(visit.value("next"))
    response = visit.go(f"/login/code?{urlencode({'next': target})}" if entry.pending else target)
    set_cookie(console, response, entry.secret)
    return response


def code_page(console: Console, visit: Visit, trouble: str = "", status: int = 200) -> Response:
    """The form for the code of the second factor."""
    target = visit.asked("next") or visit.value("next")
    return visit.page("login.html", status, trouble=trouble, next=target, wants_code=True, provider="")


def give_code(console: Console, visit: Visit) -> Response:
    """The code was right and the session begins, with another cookie."""
    try:
        entry = accounts.give_code(console.accounts, visit.secret, visit.value("code"), visit.address)
    except Forbidden as error:
        return code_page(console, visit, trouble=str(error), status=403)
    response = visit.go(own_path(visit.value("next")))
    set_cookie(console, response, entry.secret)
    return response


def me(console: Console, visit: Visit, trouble: str = "", status: int = 200) -> Response:
    """The visitor's own page: the second factor."""
    assert visit.session is not None  # noqa: S101  # the route's role has been checked
    if visit.user.code_secret is not None:
        return visit.page("me.html", status, trouble=trouble, secret="", qr="")
    secret = accounts.offer_code(console.accounts, visit.session)
    return visit.page("me.html", status, trouble=trouble, secret=secret, qr=picture(secret, visit.user.login))


def change_code(console: Console, visit: Visit) -> Response:
    """A second factor is confirmed by its first code, or removed by who shows once more who they are."""
    assert visit.session is not None  # noqa: S101  # the route's role has been checked
    try:
        if visit.value("act") == "remove":
            password = visit.value("password")[:LONGEST_PASSWORD]
            accounts.prove(console.accounts, visit.session, password, visit.value("code"))
            accounts.drop_code(console.accounts, visit.user.login, actor=visit.user.login)
        else:
            accounts.confirm_code(console.accounts, visit.session, visit.value("code"))
    except (Forbidden, InputError) as error:
        return me(console, visit, trouble=str(error), status=403 if isinstance(error, Forbidden) else 422)
    return visit.go("/me")


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
    return visit.go(own_path(visit.value("next")))


def set_cookie(console: Console, response: Response, secret: str) -> None:
    """The browser keeps this secret from now on."""
    response.set_cookie(
        console.options.cookie, secret, path="/", secure=console.options.https, httponly=True, samesite="lax"
    )


def own_path(path: str) -> str:
    """Return the path if it leads to a page of ours, else the first page: no redirect leads elsewhere."""
    harmless = path.startswith("/") and not path.startswith("//") and "\\" not in path and path.isprintable()
    return path if harmless else "/"
