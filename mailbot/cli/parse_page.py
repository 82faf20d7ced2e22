"""A message as a page to read: headers, the text by role, attachments."""

from mailbot.domain.message import Address, Attachment, InboundMessage, Role

_MARGIN = {
    Role.NEW: "  ",
    Role.QUOTED: "> ",
    Role.FORWARDED: "| ",
    Role.SIGNATURE: "~ ",
    Role.DISCLAIMER: ". ",
}


def message_page(file: str, message: InboundMessage) -> str:
    """Return the page; each line of the text carries its role's mark in the margin."""
    return "\n".join([f"== {file}", *_headers(message), "", *_text(message), *_attachments(message), ""])


def _headers(message: InboundMessage) -> list[str]:
    headers = (
        ("From", _written(message.sender) if message.sender else "not readable"),
        ("To", ", ".join(map(_written, message.to))),
        ("Cc", ", ".join(map(_written, message.cc))),
        ("Reply-To", ", ".join(map(_written, message.reply_to))),
        ("Date", message.date or ""),
        ("Subject", message.subject.text),
        ("Message-ID", message.message_id or "none"),
        ("Language", message.language),
        ("Automatic", message.automatic.value if message.automatic else ""),
        ("Defects", "; ".join(message.defects)),
    )
    return [f"{name + ':':<12}{value}" for name, value in headers if value]


def _text(message: InboundMessage) -> list[str]:
    body = message.body
    marked = [(_MARGIN[s.role], body.text[s.start : s.end]) for s in body.segments] or [("  ", body.text)]
    return [margin + line for margin, text in marked for line in text.rstrip("\n").split("\n")]


def _attachments(message: InboundMessage) -> list[str]:
    return ["", "Attachments:", *map(_attachment, message.attachments)] if message.attachments else []


def _attachment(attachment: Attachment) -> str:
    state = attachment.unreadable.value if attachment.unreadable else "read" if attachment.readable else "not read"
    return f"  {attachment.filename or '(no name)'}  {attachment.content_type}  {attachment.size} bytes  {state}"


def _written(address: Address) -> str:
    return f"{address.name} <{address.email}>" if address.name else address.email
