"""The floor: what any Python program must do at least with the same mails, imapclient and the standard library."""

import email
import email.policy
import time
from collections.abc import Sequence

from bench.measuring import Speed
from bench.world import Bench

BATCH = 50


class Floor:
    """A mailbox with mails in it, read anew for each measurement."""

    def __init__(self, bench: Bench, raws: Sequence[bytes]) -> None:
        self._client = bench.dovecot.connect(f"floor{bench.new_number()}")
        self._client.multiappend("INBOX", list(raws))
        self._client.select_folder("INBOX", readonly=True)

    def rate(self) -> Speed:
        """Return how fast all are fetched in batches, parsed with `policy.default`, and every part decoded."""
        begin, spent = time.perf_counter(), time.process_time()
        uids = self._client.search()
        for start in range(0, len(uids), BATCH):
            for answer in self._client.fetch(uids[start : start + BATCH], ["BODY.PEEK[]"]).values():
                decode(answer[b"BODY[]"])
        return Speed(len(uids) / (time.perf_counter() - begin), (time.process_time() - spent) / len(uids))


def decode(raw: bytes) -> None:
    """Parse a mail and decode all of its parts and three headers."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    for part in message.walk():
        if not part.is_multipart():
            part.get_content()
    for name in ("From", "Subject", "Date"):
        str(message[name])
