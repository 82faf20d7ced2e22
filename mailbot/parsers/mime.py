"""Raw bytes to an InboundMessage, whatever the bytes are."""

import hashlib
import re

from mailbot.domain.evidence import BODY, SUBJECT
from mailbot.domain.message import Attachment, Desk, InboundMessage, Role, Segment, TextPart
from mailbot.parsers import addresses, charset, headers, mimetree, segments
from mailbot.parsers.authentication import authentication
from mailbot.parsers.automatic import automatic
from mailbot.parsers.bodies import Body, choose
from mailbot.parsers.knowledge import MailKnowledge
from mailbot.parsers.language import detect
from mailbot.parsers.mimetree import Part
from mailbot.ports import AttachmentReader

FALLBACK_LANGUAGE = "en"
HEADER_BYTES = 64 * 1024

_MAX_FILENAME = 200
_PATH = re.compile(r"[/\\]")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069]")
_DECOYS = frozenset({"text/vcard", "text/x-vcard", "text/directory", "text/calendar", "application/ics",
                     "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature",
                     "application/pgp-keys", "message/delivery-", "status", "text/rfc822-headers",
                     "message/disposition-notification"})  # fmt: skip
_DECOY_NAMES = re.compile(r"(?:image|logo|outlook-|signature|banner|footer)[\w.-]*\.(?:png|jpe?g|gif|bmp)\Z|"
                          r".*\.(?:vcf|ics|p7s|asc)\Z", re.IGNORECASE)  # fmt: skip


def read_message(
    raw: bytes, desk: Desk, knowledge: MailKnowledge, read_attachment: AttachmentReader | None = None
) -> InboundMessage:
    """Return the message in these bytes; any bytes give one, with defects for what was broken or cut.

    Pure: nothing is fetched, no clock is asked. `read_attachment` turns attachments into text; without it they
    stay unread.
    """
    defects: list[str] = []
    root = mimetree.parse(raw, defects)
    body = choose(root, knowledge, defects)
    declared = body.charset
    field = root.header.first
    sender = addresses.sender(root.header.all("from"), declared, defects)
    subject = headers.decode(field("subject"), declared)
    references = headers.message_ids(field("references"))
    in_reply_to = headers.message_id(field("in-reply-to"))
    setting = segments.Setting(knowledge=knowledge, desk=desk, sender=sender, subject=subject)
    text = _part(body, setting)
    alternative = _alternative(body, setting, text, defects)
    attachments = tuple(_attachment(part, declared, read_attachment) for part in body.attachments)
    language, language_known = _language(text, subject, attachments, root, knowledge)
    return InboundMessage(
        message_id=headers.message_id(field("message-id")),
        date=headers.date(field("date")),
        sender=sender,
        reply_to=addresses.mailboxes(root.header.all("reply-to"), declared),
        to=addresses.mailboxes(root.header.all("to"), declared),
        cc=addresses.mailboxes(root.header.all("cc"), declared),
        in_reply_to=in_reply_to,
        references=references,
        subject=TextPart(
            name=SUBJECT, text=subject, segments=(Segment(role=Role.NEW, start=0, end=len(subject)),) if subject else ()
        ),
        body=text,
        alternative=alternative,
        attachments=attachments,
        language=language,
        language_known=language_known,
        automatic=automatic(root, sender, subject, desk, knowledge),
        authentication=authentication(
            [headers.decode(value) for value in root.header.all("authentication-results")], desk.trusted_authserv_ids
        ),
        defects=tuple(dict.fromkeys(map(headers.clean, defects))),
    )


def read_headers(raw: bytes) -> InboundMessage:
    """Return who wrote the message and what it answers, and nothing else: for what may not be read any further.

    Pure, and quick whatever the bytes: only their first 64 KiB are looked at, and no body.
    """
    head = re.split(rb"\r?\n\r?\n", raw[:HEADER_BYTES], maxsplit=1)[0]
    header = mimetree.parse(head + b"\r\n\r\n", []).header
    return InboundMessage(
        message_id=headers.message_id(header.first("message-id")),
        date=None,
        sender=addresses.sender(header.all("from"), None, []),
        in_reply_to=headers.message_id(header.first("in-reply-to")),
        references=headers.message_ids(header.first("references")),
        subject=TextPart(name=SUBJECT, text=""),
        body=TextPart(name=BODY, text=""),
        language=FALLBACK_LANGUAGE,
        language_known=False,
    )


def _part(body: Body, setting: segments.Setting) -> TextPart:
    marked = segments.mark(body.text, setting, quotes=body.quotes, signatures=body.signatures)
    return TextPart(name=BODY, text=body.text, segments=marked, links=body.links)


def _alternative(body: Body, setting: segments.Setting, text: TextPart, defects: list[str]) -> TextPart | None:
    """Return the other alternative where it says something else than the one chosen (policy section 2)."""
    if body.other is None:
        return None
    other = _part(body.other, setting)
    difference = body.differs_from(body.other, text.of_role(Role.NEW), other.of_role(Role.NEW))
    if not difference:
        return None
    defects.append(f"text and html differ: {', '.join(difference[:8])}")
    return other


def _attachment(part: Part, declared: str | None, read: AttachmentReader | None) -> Attachment:
    content = part.content()
    filename = _filename(part.filename, declared)
    attachment = Attachment(
        filename=filename,
        content_type=part.content_type,
        size=len(content),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        content=content,
        decoy=_is_decoy(part, filename),
    )
    return attachment if read is None or attachment.decoy else read(attachment)


def _filename(raw: bytes | None, declared: str | None) -> str | None:
    """Return the name as a label: without folders, control and direction characters, and of limited length."""
    name = _INVISIBLE.sub("", headers.decode(raw, declared)) if raw else ""
    return _PATH.split(name)[-1][:_MAX_FILENAME].strip(" .") or None


def _is_decoy(part: Part, filename: str | None) -> bool:
    if part.content_type in _DECOYS or (filename and _DECOY_NAMES.match(filename)):
        return True
    is_inline = part.disposition != "attachment" and part.header.first("content-id") is not None
    return part.content_type.startswith("image/") and is_inline


def _language(
    body: TextPart, subject: str, attachments: tuple[Attachment, ...], root: Part, knowledge: MailKnowledge
) -> tuple[str, bool]:
    """Return the language of what the sender newly wrote and whether words of theirs told it.

    Where the new text is too short, the subject, passed-on text, signature, attachments, history and the
    character set follow, in this order.
    """
    hints = (
        charset.language_hint([part.charset for part in root.walk()]),
        detect(body.of_role(Role.QUOTED), knowledge.languages),
    )
    names = " ".join(attachment.filename or "" for attachment in attachments)
    for text in (body.of_role(Role.NEW), subject, body.of_role(Role.FORWARDED)):
        if language := detect(text, knowledge.languages, hints):
            return language, True
    inside = "\n".join(attachment.part.text[:2000] for attachment in attachments if attachment.part)
    for text in (names, inside, body.of_role(Role.SIGNATURE)):
        if language := detect(text, knowledge.languages, hints):
            return language, False
    return hints[1] or hints[0] or FALLBACK_LANGUAGE, False
