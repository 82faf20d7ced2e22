"""A finished message as files to look at."""

import email
import email.policy
from pathlib import Path

SUFFIXES = {"text/plain": "txt", "text/html": "html", "application/pdf": "pdf", "application/json": "json"}


def write_parts(raw: bytes, stem: Path) -> list[Path]:
    """Return the files written: the message as STEM.eml, its text, HTML, PDF and JSON beside it."""
    contents = {"eml": raw}
    for part in email.message_from_bytes(raw, policy=email.policy.default).walk():
        suffix, payload = SUFFIXES.get(part.get_content_type()), part.get_payload(decode=True)
        if suffix and isinstance(payload, bytes):
            contents[suffix] = payload
    paths = [stem.with_name(f"{stem.name}.{suffix}") for suffix in contents]
    for path, content in zip(paths, contents.values(), strict=True):
        path.write_bytes(content)
    return paths
