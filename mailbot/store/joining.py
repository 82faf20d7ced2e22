"""Which case a mail continues, and whether its sender may join it. Pure."""

from collections.abc import Iterable

from mailbot.domain.case_number import numbers_in
from mailbot.domain.message import Authentication, InboundMessage
from mailbot.store.text import address_key, domain_key, message_id_key

REFERENCES_LOOKED_AT = 40
"""How many of a mail's references, the newest, are looked up; a mail may carry thousands."""


def threading_keys(message: InboundMessage) -> list[str]:
    """Return the Message-IDs that the mail says it answers, the likeliest first."""
    mentioned = [message.in_reply_to, *reversed(message.references[-REFERENCES_LOOKED_AT:])]
    return list(dict.fromkeys(message_id_key(m) for m in mentioned if m))


def case_numbers(message: InboundMessage) -> list[str]:
    """Return the case numbers in brackets, as printed in our subjects, each once; none of a forged sender's.

    A number can be guessed, a Message-ID cannot: a From that failed authentication has nothing else to show for itself.
    """
    if message.authentication is Authentication.FAILED:
        return []
    return numbers_in(message.subject.text)


def may_join(sender: str, participants: Iterable[str], free_mail_domains: frozenset[str]) -> bool:
    """Whether the sender took part already or writes from a participant's organisation.

    Strangers share a free-mail domain, so there only the same address joins.
    """
    known = set(participants)
    if address_key(sender) in known:
        return True
    domain = domain_key(sender)
    return bool(domain) and domain not in free_mail_domains and domain in {domain_key(a) for a in known}
