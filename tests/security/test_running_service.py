"""The real command between real servers takes the attacks as they come, answers good mails and logs no name."""

import email

from tests.e2e.desk import until
from tests.faults.world import make_world
from tests.security.attacked import REQUEST, letter
from tests.security.test_hostile_files import BOMBS, mail_with
from tests.security.test_senders import FAIL

GOOD_SECONDS = 90
HEAD = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
ATTACKS = [
    letter(REQUEST, FAIL, sender="Eve <eve@canary1.example>"),
    letter(REQUEST, "Reply-To: x@evil.example", sender="Eve <eve@canary2.example>"),
    letter(sender="nadia@canary3.example <x@evil.example>"),
    letter(sender="(" * 3000 + "x@evil.example"),
    letter(REQUEST, "Auto-Submitted: auto-replied", sender="robot@canary4.example"),
    letter(b"--b\r\n\r\n" * 20_000, HEAD[:-4], sender="eve@canary5.example"),
    letter("please quote\n\u202e" + "x" * 1000, sender="eve@canary6.example"),
    letter(b"\0\xff" * 5000, sender="eve@canary7.example"),
    b"\r\n\r\n",
    b"\0" * 100,
    *(
        mail_with(make("http://127.0.0.1:1/"), name, sender=f"eve@{case.replace(' ', '-')}.canary8.example")
        for case, (name, make) in BOMBS.items()
        if case in ("workbook of zeros", "overlapping entries", "laughs in a workbook", "pdf of zeros")
    ),
]
SILENT = ("canary1", "canary2", "canary3", "canary4", "evil")
"""Whom no mail may reach."""


def test_good_mails_between_attacks_are_answered_by_the_running_service(sqlite_url, dovecot, tmp_path):
    with make_world(tmp_path, dovecot, sqlite_url) as world:
        for number, attack in enumerate(ATTACKS):
            world.person.append("INBOX", attack)
            if number % 4 == 0:
                world.deliver(1)
        due = {mail.message_id for mail in world.delivered if mail.reply_due}
        with world.desk.running():
            until(lambda: due <= {world.answered_by(one.raw) for one in world.sink.taken}, seconds=GOOD_SECONDS,
                  what=world.desk.log)  # fmt: skip
            until(lambda: not any(" is new" in one for one in world.unsettled()), seconds=60, what=world.unsettled)
        for taken in world.sink.taken:
            assert not any(name in recipient for name in SILENT for recipient in taken.recipients)
            assert [a for a in taken.recipients if a not in str(email.message_from_bytes(taken.raw)["To"])] == []
        log = world.desk.log()
    assert not any(word in log for word in ("canary", "priya", "kestrel", "Traceback"))
