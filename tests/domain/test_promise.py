import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailbot.domain.promise import Promise

FRIDAY = dt.datetime(2026, 11, 20, 16, 0, tzinfo=dt.UTC)
PROMISE = Promise(days=3, holidays=frozenset({dt.date(2026, 11, 24)}))
MOMENTS = st.integers(0, 700 * 24).map(lambda hours: dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(hours=hours))


def at(day: int) -> dt.datetime:
    return FRIDAY.replace(day=day)


def test_weekends_and_holidays_do_not_count():
    assert [PROMISE.age(FRIDAY, at(day)) for day in (20, 21, 22, 23, 24, 25, 26, 27)] == [0, 0, 0, 1, 1, 2, 3, 4]
    assert PROMISE.due(FRIDAY) == dt.date(2026, 11, 26)


def test_the_promise_is_kept_on_its_last_day_and_broken_on_the_next():
    assert not PROMISE.is_late(FRIDAY, at(26))
    assert PROMISE.is_late(FRIDAY, at(27))


@given(MOMENTS, st.integers(0, 60))
def test_a_case_is_late_exactly_after_its_due_day_has_passed_and_a_business_day_begun(opened, days):
    now = opened + dt.timedelta(days=days)
    due = PROMISE.due(opened)
    begun = any(
        PROMISE.is_business_day(due + dt.timedelta(days=n)) for n in range(1, max((now.date() - due).days, 0) + 1)
    )
    assert PROMISE.is_late(opened, now) is begun
