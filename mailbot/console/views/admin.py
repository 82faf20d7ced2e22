"""Administration: who may use the console and as what, and the switches that hold the machine back."""

from starlette.responses import Response

from mailbot.console.desk import Console, Visit, one_of
from mailbot.domain.errors import InputError
from mailbot.domain.request import Kind
from mailbot.domain.staff import StaffRole
from mailbot.service import accounts, staff
from mailbot.service.switches import PAUSE, SHADOW, pause_of_kind, pause_of_language


def admin_page(console: Console, visit: Visit) -> Response:
    """Users and switches."""
    with console.bench.store.begin() as uow:
        users, on = uow.staff.list(), uow.switches.on()
    kinds = [(kind.value, pause_of_kind(kind.value)) for kind in Kind]
    languages = [(code, pause_of_language(code)) for code in console.options.languages]
    return visit.page(
        "admin.html",
        users=users,
        on=on,
        whole=(PAUSE, SHADOW),
        kinds=kinds,
        languages=languages,
        roles=[role.value for role in StaffRole],
        shortest=accounts.SHORTEST_PASSWORD,
    )


def turn_switch(console: Console, visit: Visit) -> Response:
    """A switch is on or off."""
    known = {
        PAUSE,
        SHADOW,
        *map(pause_of_language, console.options.languages),
        *(pause_of_kind(kind.value) for kind in Kind),
    }
    name = visit.value("name")
    if name not in known:
        raise InputError(f"{name}: there is no such switch")
    staff.turn_switch(console.bench, name, visit.user, on=visit.value("on") == "1")
    return visit.go("/admin#switches")


def add_user(console: Console, visit: Visit) -> Response:
    """There is a new member of staff."""
    role = one_of(visit.value("role"), StaffRole, "role")
    password = visit.value("password")
    accounts.add_user(
        console.accounts, visit.value("login"), visit.value("name"), role, password, actor=visit.user.login
    )
    return visit.go("/admin#users")


def change_user(console: Console, visit: Visit) -> Response:
    """A member has another role, a new password, or may log in no more."""
    login, act = visit.part("login"), visit.value("act")
    match act:
        case "role":
            if login == visit.user.login:
                raise InputError("you cannot change your own role; ask another administrator")
            role = one_of(visit.value("role"), StaffRole, "role")
            accounts.set_role(console.accounts, login, role, actor=visit.user.login)
        case "password":
            accounts.set_password(console.accounts, login, visit.value("password"), actor=visit.user.login)
        case "drop_code":
            accounts.drop_code(console.accounts, login, actor=visit.user.login)
        case "disable" | "enable":
            accounts.set_disabled(console.accounts, login, disabled=act == "disable", by=visit.user)
        case _:
            raise InputError(f"{act}: there is no such act")
    return visit.go("/admin#users")
