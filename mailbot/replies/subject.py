"""The subject of a reply: the sender's own, kept, with the case number once."""

import re

from mailbot.domain.case_number import without_numbers
from mailbot.replies.clean import SUBJECT_LIMIT, one_line

# What mail programs put before the subject of replies and forwards, in the languages of our mails.
_PREFIXES = re.compile(
    r"^(?:\s*(?:re|aw|antw|antwort|sv|vs|rif|r|res|rv|ref|odp|fw|fwd|wg|tr|i|enc|rv|doorst|回复|回覆|答复|答覆|转发|轉寄|轉發|返信|転送|회신|전달)"
    r"\s*(?:\[\d+\]|\(\d+\))?\s*[:：]\s*)+",
    re.IGNORECASE,
)


def reply_subject(original: str, case_number: str, when_empty: str) -> str:
    """Return `Re: <subject> [<case number>]`; one prefix, one line, one case number of ours."""
    bare = _PREFIXES.sub("", one_line(without_numbers(original), 10 * SUBJECT_LIMIT))
    kept = one_line(bare, SUBJECT_LIMIT) or when_empty
    return f"Re: {kept} [{case_number}]"
