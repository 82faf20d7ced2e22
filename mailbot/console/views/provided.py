"""Login by a provider of identities: the way out to it, and the way back."""

from starlette.responses import RedirectResponse, Response

from mailbot.console.desk import Console, Visit
from mailbot.console.views.login import login_page, own_path, set_cookie
from mailbot.domain.errors import Forbidden
from mailbot.service import accounts


def begin(console: Console, visit: Visit) -> Response:
    """The browser goes to the provider; who comes without a cookie gets one with the form first."""
    if console.provider is None or not visit.secret:
        return login_page(console, visit)
    target, again = own_path(visit.asked("next")), visit.asked("again") == "1"
    address = console.provider.way_out(visit.secret, target, _back(visit), again=again)
    return RedirectResponse(address, status_code=303)


def back(console: Console, visit: Visit) -> Response:
    """The provider has said who it is: a session begins, with a new cookie."""
    if console.provider is None:
        raise KeyError("provider")
    try:
        login, target = console.provider.way_back(visit.secret, visit.request.query_params, _back(visit))
        entry = accounts.log_in_as(console.accounts, login, visit.address)
    except Forbidden as error:
        if visit.session is not None:
            raise
        return login_page(console, visit, trouble=str(error), status=403)
    if visit.session is not None:
        accounts.log_out(console.accounts, visit.session)
    response = visit.go(own_path(target))
    set_cookie(console, response, entry.secret)
    return response


def _back(visit: Visit) -> str:
    own = visit.console.options.url or f"http://{visit.request.headers.get('host', '')}"
    return f"{own.rstrip('/')}/login/provider/back"
