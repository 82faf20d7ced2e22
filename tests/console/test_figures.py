"""The pages of figures only look."""

from mailbot.domain.case import Fetched, InboxState
from tests.console.conftest import MAILBOX


def test_the_health_page_rings_no_alarm_and_shows_those_that_ring(desk, logged_in):
    with desk.store.begin() as uow:
        fetched = Fetched(uid=9000, raw=b"x", size=1, internal_date=desk.clock())
        uow.inbox.add(MAILBOX, 1, fetched, message_id=None, state=InboxState.NEW)
        uow.commit()
    desk.clock.advance(hours=5)
    assert "300 min" in logged_in("viewer").get("/health").words
    with desk.store.begin() as uow:
        assert uow.alarms.ringing() == []
        uow.alarms.ring("mail waits", "the oldest mail has waited for 300 minutes", desk.clock())
        uow.commit()
    assert "the oldest mail has waited for 300 minutes" in logged_in("viewer").get("/health").words


def test_every_language_that_is_understood_can_be_paused(logged_in):
    words = logged_in("administrator").get("/admin").words
    assert all(name in words for name in ("Polish", "Russian", "Turkish", "Chinese (Traditional)"))
