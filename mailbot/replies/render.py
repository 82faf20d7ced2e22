"""Turns a decision into a finished message: words from templates, figures from the one quote, bytes from `build`."""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from mailbot.domain.decision import Decision
from mailbot.domain.errors import InputError
from mailbot.domain.message import Address, InboundMessage
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.domain.quote import Quote
from mailbot.replies.build import Attached, Draft, bounded, build, can_stand_in_header
from mailbot.replies.context import Voice, normal, reply_context
from mailbot.replies.document import cleaned, document_context, quote_context, quote_name
from mailbot.replies.locales import Language, closest
from mailbot.replies.pdf import QuotePrinter
from mailbot.replies.quote_json import signed_json
from mailbot.replies.subject import reply_subject
from mailbot.replies.templates import Templates
from mailbot.resources import Resources

if TYPE_CHECKING:
    from mailbot.replies.signing import Signer

WRITTEN_BY_HAND = (ReplyKind.STAFF, ReplyKind.DECLINE)
_WITH_FIGURES = (ReplyKind.QUOTE, ReplyKind.REMINDER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Renderer:
    """The ReplyRenderer of `ports`.

    `printer` None leaves the document away (`explain` shows words only), `signer` None the JSON beside it.
    """

    files: Resources
    sender: Address
    voice: Voice
    languages: Mapping[str, Language]
    templates: Templates
    printer: QuotePrinter | None
    signer: "Signer | None" = None

    def __call__(
        self,
        *,
        decision: Decision,
        newest: InboundMessage,
        case_number: str,
        kind: ReplyKind,
        message_id: str,
        at: dt.datetime,
        staff_text: str = "",
        quote: Quote | None = None,
        cc: Sequence[Address] = (),
    ) -> OutgoingMessage:
        """Return the reply of this kind to the newest mail of a case.

        Raises InputError when the mail has no sender to answer, or the quote names somebody in characters that the
        document's fonts lack; ValueError for a kind that the decision gives nothing to say for.
        """
        if newest.sender is None:
            raise InputError("the mail has no readable sender, so there is nobody to answer; look at it by hand")
        language = closest(decision.language, self.languages)
        priced = quote or decision.quote
        priced = cleaned(priced) if priced else None
        context = {
            **self.voice.words(language),
            **reply_context(decision, newest, newest.sender, kind, staff_text),
            **(quote_context(priced, case_number) if priced and kind in _WITH_FIGURES else {"quote": None}),
            "case_number": case_number,
            "automatic": kind not in WRITTEN_BY_HAND,
        }
        edited = staff_text if kind not in WRITTEN_BY_HAND else ""
        _refuse_empty(kind, context)
        when_empty = self.templates.as_text(f"replies/{kind.value}/subject.j2", context).strip()
        subject = reply_subject(newest.subject.text, case_number, when_empty)
        context["subject"] = subject
        if edited:
            text = self.templates.as_text("replies/edited.txt.j2", {**context, "words": normal(edited)})
            html = self.templates.as_html("replies/edited.html.j2", context)
        else:
            text = self.templates.as_text(f"replies/{kind.value}/body.j2", context)
            html = self.templates.as_html(f"replies/{kind.value}/body.j2", context)
        addressee = newest.sender.email.casefold()
        others = tuple(a for a in cc if a.email.casefold() != addressee and can_stand_in_header(a.email))
        attach = priced and (kind is ReplyKind.QUOTE or (kind is ReplyKind.STAFF and quote is not None))
        raw = build(
            Draft(
                message_id=message_id,
                date=at,
                sender=self.sender,
                to=(newest.sender,),
                cc=others,
                subject=subject,
                language=language.tag,
                automatic=kind not in WRITTEN_BY_HAND and not edited,
                in_reply_to=next(iter(bounded([newest.message_id or ""])), None),
                references=bounded([*newest.references, newest.message_id or ""]),
                text=text,
                html=html,
                attachments=self._attached(priced, decision, language, case_number) if priced and attach else (),
            )
        )
        return OutgoingMessage(
            kind=kind,
            message_id=message_id,
            recipients=tuple(dict.fromkeys(a.email for a in (newest.sender, *others))),
            raw=raw,
            sha256=hashlib.sha256(raw).hexdigest(),
            subject=subject,
            language=language.tag,
            text=text,
        )

    def document(self, quote: Quote, language: Language, *, country: str | None = None, case_number: str = "") -> bytes:
        """Return the quote as PDF, on the paper of the reseller's country; InputError for undrawable characters."""
        if self.printer is None:
            raise InputError("this renderer was made without documents")
        quote = cleaned(quote)
        context = {
            **self.voice.words(language),
            **quote_context(quote, case_number),
            **document_context(quote, self.voice.seller, self.files, country or self.voice.seller.country),
        }
        return self.printer(self.templates.as_data("quote/data.json.j2", context))

    def _attached(self, quote: Quote, decision: Decision, language: Language, case_number: str) -> tuple[Attached, ...]:
        if self.printer is None:
            return ()
        country = next((r.reseller.country for r in decision.requests if r.reseller.country), None)
        name = quote_name(quote, case_number).replace("/", "-")
        pdf = Attached(
            filename=f"{name}.pdf",
            content_type="application/pdf",
            content=self.document(quote, language, country=country, case_number=case_number),
        )
        if self.signer is None:
            return (pdf,)
        signed = signed_json(quote, self.voice.seller.name, self.signer)
        return (pdf, Attached(filename=f"{name}.json", content_type="application/json", content=signed))


def _refuse_empty(kind: ReplyKind, context: Mapping[str, object]) -> None:
    """A reply that would say nothing is a mistake of the caller; it must not leave."""
    needs = {
        ReplyKind.QUOTE: ("quote",),
        ReplyKind.ASK: ("gaps",),
        ReplyKind.ANSWER: ("topics",),
        ReplyKind.REMINDER: ("quote", "gaps"),
        ReplyKind.STAFF: ("staff_paragraphs",),
    }.get(kind)
    if needs and not any(context[name] for name in needs):
        raise ValueError(f"a reply of kind {kind.value} needs {' or '.join(needs)}, and the decision has none")
