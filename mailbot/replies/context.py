"""What the templates know: the words and formats of a language, and what a reply may say of a decision."""

import datetime as dt
import re
from dataclasses import dataclass, replace

from mailbot.domain.decision import Decision
from mailbot.domain.message import Address, InboundMessage
from mailbot.domain.outgoing import ReplyKind
from mailbot.domain.policy_pack import PolicyPack
from mailbot.domain.request import Kind, Reason
from mailbot.domain.seller import Seller
from mailbot.replies.clean import file_name, one_line
from mailbot.replies.locales import Language
from mailbot.replies.products import Products
from mailbot.replies.understood import gaps, told

EXAMPLE_DATE = dt.date(2027, 12, 31)
SERVER_END = dt.date(2024, 2, 2)  # policy section 7, `server`

_TOPIC_OF_KIND = {Kind.DATA_CENTER: "data_center", Kind.SERVER: "server", Kind.MONTHLY: "monthly"}
# Only in replies of these kinds has the authorized contact been matched: they may name what is on file.
_AFTER_MATCH = (ReplyKind.QUOTE, ReplyKind.ANSWER)
_BLANK_LINES = re.compile(r"\n\s*\n")
_SANS = "'Segoe UI',Helvetica,Arial,sans-serif"


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """What is the same in every reply: who sells, who signs (`team`), whose figures the words name, and names."""

    seller: Seller
    team: str
    policy: PolicyPack
    products: Products

    def words(self, language: Language) -> dict[str, object]:
        """Return the names that every template may use."""
        formats = language.formats
        families = ",".join(f"'{family}'" for family in language.fonts)
        return {
            "translations": language.translations,
            "language": language,
            "fonts": f"{families},{_SANS}" if families else _SANS,
            "seller": _with_links(self.seller),
            "team": self.team,
            "policy": self.policy,
            "products": self.products,
            "amount": formats.amount,
            "money": formats.money,
            "round_money": formats.round_money,
            "number": formats.number,
            "percent": formats.percent,
            "span": formats.span,
            "listed": formats.listed,
            "country": formats.country,
            "date": formats.date,
            "example_date": EXAMPLE_DATE,
            "server_end": SERVER_END,
        }


def reply_context(
    decision: Decision, newest: InboundMessage, sender: Address, kind: ReplyKind, staff_text: str
) -> dict[str, object]:
    """Return what a reply of this kind may say of the decision."""
    quoted = [request for request in decision.requests if request.kind.is_quoted]
    by_kind = (_TOPIC_OF_KIND[r.kind] for r in decision.requests if r.kind in _TOPIC_OF_KIND)
    return {
        "name": addressee(decision, sender),
        "requests": tuple(told(request) for request in quoted),
        "gaps": tuple(gap for request in quoted for gap in gaps(request)),
        "topics": tuple(dict.fromkeys([*decision.topics, *by_kind])),
        "covered": decision.covered if kind in _AFTER_MATCH else (),
        "unreadable": _unreadable(decision, newest),
        "staff_paragraphs": [p.strip("\n") for p in _BLANK_LINES.split(normal(staff_text)) if p.strip()],
    }


def _with_links(seller: Seller) -> Seller:
    """Return the seller with the website in the place of every address that was not set."""
    otherwise = seller.website or seller.email
    return replace(
        seller,
        form_url=seller.form_url or otherwise,
        trial_url=seller.trial_url or otherwise,
        support_url=seller.support_url or otherwise,
    )


def addressee(decision: Decision, sender: Address) -> str:
    """Return the name to greet: the one who wrote last, by the name of the request when that is the reseller.

    Empty when no person's name is known; a reseller without a name on the request has none (policy section 2).
    """
    for request in decision.requests:
        reseller = request.reseller
        if reseller.email and reseller.email.value.casefold() == sender.email.casefold():
            return one_line(reseller.name.value) if reseller.name and not reseller.name.from_file else ""
    name = one_line(sender.name or "")
    return "" if "@" in name else name


def _unreadable(decision: Decision, newest: InboundMessage) -> tuple[str, ...]:
    """Return the names of the mail's attachments that could not be read, if that is why the case waits."""
    if all(finding.reason is not Reason.UNREADABLE_ATTACHMENT for finding in decision.findings):
        return ()
    broken = (a.filename for a in newest.attachments if not a.readable and not a.decoy)
    return tuple(dict.fromkeys(name for filename in broken if (name := file_name(filename or ""))))


def normal(text: str) -> str:
    return text.replace("\r\n", "\n").strip()
