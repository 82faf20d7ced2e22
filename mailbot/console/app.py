"""The application: every request goes the same way, from host and session over role and token to its view."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlencode

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from mailbot.console.desk import Console, Visit
from mailbot.console.guard import SecureHeaders, comes_from_us, is_form_token
from mailbot.console.routes import ROUTES, Page
from mailbot.console.words import wanted_language
from mailbot.domain.errors import Forbidden, InputError, StaleCase, TransientError
from mailbot.service.accounts import current_session
from mailbot.service.staff import require

LONGEST_FORM = 1_000_000
LONGEST_UPLOAD = 50_000_000
MOST_FIELDS = 1000
MOST_FILES = 10

log = structlog.get_logger(__name__)


def make_app(console: Console) -> Starlette:
    """Return the application (ASGI)."""
    options = console.options
    app = Starlette(
        routes=[Route(page.path, _endpoint(console, page), methods=[page.method]) for page in ROUTES],
        middleware=[
            Middleware(SecureHeaders, https=options.https),
            Middleware(TrustedHostMiddleware, allowed_hosts=list(options.hosts), www_redirect=False),
        ],
        exception_handlers={HTTPException: _http_error(console)},
    )
    app.state.console = console
    return app


def _endpoint(console: Console, page: Page) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        form = await _form(request, files=page.files) if page.method == "POST" else FormData()
        return await run_in_threadpool(_answer, console, page, request, form)

    return endpoint


async def _form(request: Request, *, files: bool) -> FormData:
    longest = LONGEST_UPLOAD if files else LONGEST_FORM
    if int(request.headers.get("content-length") or longest + 1) > longest:
        raise HTTPException(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    return await request.form(max_fields=MOST_FIELDS, max_files=MOST_FILES if files else 0)


def _answer(console: Console, page: Page, request: Request, form: FormData) -> Response:
    visit = _visit(console, request, form)
    try:
        if page.role is not None:
            if visit.session is None:
                return _to_login(page, request)
            require(visit.session.user, page.role)
        if page.method == "POST" and not _is_ours(visit):
            raise Forbidden("this form did not come from this console, or is too old; open the page again")
        return page.view(console, visit)
    except Forbidden as error:
        return _trouble(visit, HTTPStatus.FORBIDDEN, str(error))
    except StaleCase as error:
        return _trouble(visit, HTTPStatus.CONFLICT, str(error))
    except InputError as error:
        return _trouble(visit, HTTPStatus.UNPROCESSABLE_ENTITY, str(error))
    except KeyError:
        return _trouble(visit, HTTPStatus.NOT_FOUND)
    except TransientError as error:
        log.warning("page_not_shown", path=page.path, error=type(error).__name__)
        return _trouble(visit, HTTPStatus.SERVICE_UNAVAILABLE)
    except Exception as error:
        log.error("page_failed", path=page.path, error=type(error).__name__, exc_info=True)
        return _trouble(visit, HTTPStatus.INTERNAL_SERVER_ERROR)


def _visit(console: Console, request: Request, form: FormData) -> Visit:
    secret = request.cookies.get(console.options.cookie, "")
    session = current_session(console.accounts, secret) if secret else None
    if session is not None and session.pending:
        session = None  # opens no page but the one that asks for the code
    chosen = session.user.language if session else None
    languages = console.templates.languages
    accepted = wanted_language(request.headers.get("accept-language", ""), languages)
    return Visit(
        console=console,
        request=request,
        secret=secret,
        session=session,
        form=form,
        language=chosen if chosen in languages else accepted,
        now=console.bench.clock(),
    )


def _is_ours(visit: Visit) -> bool:
    own = visit.console.options.url or f"http://{visit.request.headers.get('host', '')}"
    return (
        bool(visit.secret)
        and comes_from_us(visit.request.headers, own.rstrip("/"))
        and is_form_token(visit.value("token"), visit.secret)
    )


def _to_login(page: Page, request: Request) -> Response:
    if page.method == "POST":
        return RedirectResponse("/login", status_code=HTTPStatus.SEE_OTHER)
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(f"/login?{urlencode({'next': request.url.path + query})}", status_code=HTTPStatus.SEE_OTHER)


def _trouble(visit: Visit, status: HTTPStatus, words: str = "") -> Response:
    return visit.page("trouble.html", status=status, code=int(status), words=words)


def _http_error(console: Console) -> Callable[[Request, Exception], Awaitable[Response]]:
    async def answer(request: Request, error: Exception) -> Response:
        status = HTTPStatus(error.status_code) if isinstance(error, HTTPException) else HTTPStatus.BAD_REQUEST
        return await run_in_threadpool(lambda: _trouble(_visit(console, request, FormData()), status))

    return answer
