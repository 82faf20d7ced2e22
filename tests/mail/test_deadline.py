import threading
import time

from mailbot.mail.deadline import Watchdog


def test_what_takes_too_long_is_cut_and_what_does_not_is_left_alone():
    watchdog, cut, left_alone = Watchdog(), threading.Event(), []
    with watchdog.within(300, lambda: left_alone.append("outer")):
        with watchdog.within(0.05, cut.set):
            assert cut.wait(30)
        with watchdog.within(0.05, lambda: left_alone.append("inner")):
            pass
        second = threading.Event()
        with watchdog.within(0.2, second.set):
            assert second.wait(30)
    assert left_alone == []


def test_a_nearer_end_is_kept_while_a_later_one_is_waited_for():
    watchdog, cut = Watchdog(), threading.Event()
    with watchdog.within(300, lambda: None):
        time.sleep(0.05)  # its thread sleeps by now
        with watchdog.within(0.01, cut.set):
            assert cut.wait(30)


def test_commands_need_no_threads_of_their_own():
    watchdog = Watchdog()
    with watchdog.within(300, lambda: None):
        before = threading.active_count()
        for _ in range(50):
            with watchdog.within(300, lambda: None):
                assert threading.active_count() == before
