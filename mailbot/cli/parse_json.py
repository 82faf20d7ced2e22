"""The JSON object of one message (contract, `parse`)."""

from mailbot.domain.message import Address, Attachment, InboundMessage, Role


def message_object(file: str, message: InboundMessage) -> dict[str, object]:
    """Return the object; its keys are those of the contract, in its order. What is missing is None."""
    signature = message.body.of_role(Role.SIGNATURE).strip()
    return {
        "file": file,
        "message_id": message.message_id,
        "date": message.date,
        "subject": message.subject.text or None,
        "from": _address(message.sender) if message.sender else None,
        "reply_to": [_address(a) for a in message.reply_to],
        "to": [_address(a) for a in message.to],
        "cc": [_address(a) for a in message.cc],
        "in_reply_to": message.in_reply_to,
        "references": list(message.references),
        "automatic": message.automatic.value if message.automatic else None,
        "language": message.language,
        "text": message.body.text,
        "reply_text": message.reply_text,
        "signature": signature or None,
        "attachments": [_attachment(a) for a in message.attachments],
    }


def _address(address: Address) -> dict[str, object]:
    return {"name": address.name, "email": address.email}


def _attachment(attachment: Attachment) -> dict[str, object]:
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "size": attachment.size,
        "md5": attachment.md5,
        "readable": attachment.readable,
    }
