"""Staff, sessions, the audit trail, the worklist and switches on both databases."""

import datetime as dt

import pytest
import sqlalchemy as sa

from mailbot.domain.errors import InputError
from mailbot.domain.staff import Assignment, StaffRole
from mailbot.store import open_store
from mailbot.store.engine import make_engine
from tests.support.fakes import FakeClock
from tests.support.samples import NOW, inbound


@pytest.fixture
def store(database_url):
    opened = open_store(database_url, FakeClock())
    yield opened
    opened.close()


@pytest.fixture
def anna(store):
    with store.begin() as uow:
        user = uow.staff.add(login="Anna", name="Anna Lind", role=StaffRole.AGENT, password_hash="x", at=NOW)
        uow.commit()
    return user


@pytest.fixture
def case_id(store):
    with store.begin() as uow:
        case = uow.cases.open(inbound(), NOW)
        uow.commit()
    return case.id


def test_logins_are_found_whatever_their_case_and_taken_once(store, anna):
    with store.begin() as uow:
        assert uow.staff.find(" ANNA ") == anna
        assert [user.login for user in uow.staff.list()] == ["anna"]
        with pytest.raises(InputError, match="already"):
            uow.staff.add(login="anna", name="", role=StaffRole.VIEWER, password_hash="y", at=NOW)


@pytest.mark.parametrize("change", [{"password_hash": "new"}, {"disabled": True}])
def test_a_new_password_or_a_closed_door_ends_all_sessions(store, anna, change):
    with store.begin() as uow:
        for key in ("a" * 64, "b" * 64):
            uow.staff.open_session(anna, key, "127.0.0.1", NOW)
        session = uow.staff.session("a" * 64)
        assert (session.user, session.created_at) == (anna, NOW)
        uow.staff.change(anna.id, **change)
        assert uow.staff.session("a" * 64) is None
        assert uow.staff.close_sessions(anna.id) == 0


def test_a_new_role_ends_no_session(store, anna):
    with store.begin() as uow:
        uow.staff.open_session(anna, "a" * 64, "127.0.0.1", NOW)
        uow.staff.change(anna.id, role=StaffRole.VIEWER, language="zh-Hans")
        user = uow.staff.session("a" * 64).user
    assert (user.role, user.language, user.password_hash) == (StaffRole.VIEWER, "zh-Hans", "x")


def test_failures_are_counted_within_a_time_and_forgotten_after_a_day(store):
    with store.begin() as uow:
        uow.staff.note_failure(("account:anna", "address:1.2.3.4"), NOW)
        uow.staff.note_failure(("account:anna",), NOW + dt.timedelta(minutes=10))
        assert uow.staff.failures("account:anna", NOW) == 2
        assert uow.staff.failures("account:anna", NOW + dt.timedelta(minutes=5)) == 1
        uow.staff.note_failure(("account:bob",), NOW + dt.timedelta(days=2))
        assert uow.staff.failures("account:anna", NOW) == 0


def test_a_view_of_the_same_name_takes_the_place_of_the_older_one(store):
    with store.begin() as uow:
        uow.staff.save_view("anna", "mine", "language=de")
        uow.staff.save_view("anna", "mine", "language=fr")
        uow.staff.save_view("bob", "mine", "language=ja")
        [view] = uow.staff.views("anna")
        assert view.query == "language=fr"
        uow.staff.drop_view("bob", view.id)
        assert uow.staff.views("anna") == [view]
        uow.staff.drop_view("anna", view.id)
        assert uow.staff.views("anna") == []


def test_the_audit_trail_is_a_chain_and_newest_first(store):
    with store.begin() as uow:
        for number in range(5):
            uow.audit.append(at=NOW, actor="anna", kind="CaseRead", subject=f"Q-{number}", data={"über": "\x00"})
        assert uow.audit.first_broken() is None
        assert [entry.subject for entry in uow.audit.newest(2)] == ["Q-4", "Q-3"]
        assert [entry.id for entry in uow.audit.newest(9, before=3)] == [2, 1]


def test_the_database_refuses_to_change_or_delete_a_line_of_the_trail(store, database_url):
    with store.begin() as uow:
        uow.audit.append(at=NOW, actor="anna", kind="CaseRead", subject="Q-1")
        uow.commit()
    for statement in ("UPDATE audit SET actor = 'bob'", "DELETE FROM audit"):
        with (
            make_engine(database_url).begin() as connection,
            pytest.raises(sa.exc.DBAPIError, match="only added to"),
        ):
            connection.execute(sa.text(statement))


@pytest.mark.parametrize(
    ("tampering", "broken"),
    [
        ("UPDATE audit SET actor = 'bob' WHERE id = 2", 2),
        ("UPDATE audit SET data = '{\"x\":1}' WHERE id = 3", 3),
        ("UPDATE audit SET at = '2020-01-01 00:00:00' WHERE id = 1", 1),
        ("DELETE FROM audit WHERE id = 2", 3),
        ("DELETE FROM audit WHERE id = 1", 2),
    ],
)
def test_who_gets_around_the_refusal_is_found_out(store, database_url, tampering, broken):
    with store.begin() as uow:
        for number in range(4):
            uow.audit.append(at=NOW, actor="anna", kind="CaseRead", subject=f"Q-{number}")
        uow.commit()
    engine = make_engine(database_url)
    with engine.begin() as connection:
        if engine.dialect.name == "sqlite":
            connection.execute(sa.text("DROP TRIGGER audit_refuse_update"))
            connection.execute(sa.text("DROP TRIGGER audit_refuse_delete"))
        else:
            connection.execute(sa.text("SET session_replication_role = replica"))
        connection.exec_driver_sql(tampering)
    with store.begin() as uow:
        assert uow.audit.first_broken() == broken


def test_a_case_is_somebodys_and_put_aside_independently(store, case_id):
    with store.begin() as uow:
        assert uow.worklist.of_case(case_id) == Assignment()
        uow.worklist.snooze(case_id, NOW)
        uow.worklist.assign(case_id, "anna")
        assert uow.worklist.of_case(case_id) == Assignment(assignee="anna", snoozed_until=NOW)
        uow.worklist.assign(case_id, None)
        uow.worklist.snooze(case_id, None)
        assert uow.worklist.of_case(case_id) == Assignment()


def test_who_looks_at_a_case_is_known_for_a_while(store, case_id):
    with store.begin() as uow:
        uow.worklist.look(case_id, "bob", NOW - dt.timedelta(minutes=5))
        uow.worklist.look(case_id, "anna", NOW)
        uow.worklist.look(case_id, "anna", NOW)
        assert uow.worklist.lookers(case_id, NOW - dt.timedelta(minutes=1)) == ["anna"]


def test_a_switch_remembers_who_turned_it_on_first(store):
    with store.begin() as uow:
        uow.switches.turn("pause", on=True, by="anna", at=NOW)
        uow.switches.turn("pause", on=True, by="bob", at=NOW)
        assert uow.switches.on()["pause"].by == "anna"
        uow.switches.turn("pause", on=False, by="bob", at=NOW)
        uow.switches.turn("pause", on=False, by="bob", at=NOW)
        assert uow.switches.on() == {}
