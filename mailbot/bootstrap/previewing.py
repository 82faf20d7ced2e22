"""Previewing: a reply of each kind over the sample mails, in any language."""

import datetime as dt
from dataclasses import replace

from mailbot.bootstrap.explaining import CASE_NUMBER, MESSAGE_ID
from mailbot.bootstrap.installation import Installation
from mailbot.bootstrap.replying import desk_renderer
from mailbot.bootstrap.understanding import desk_understanding
from mailbot.domain.errors import InputError
from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.store.datafiles import load_data

TODAY = dt.date(2026, 11, 20)
"""The day of the sample mails."""

SAMPLES = {
    ReplyKind.QUOTE: "05-more-users",
    ReplyKind.ASK: "03-new-site-incomplete",
    ReplyKind.ANSWER: "11-how-to-pay",
    ReplyKind.ACKNOWLEDGEMENT: "14-somebody-else",
    ReplyKind.DECLINE: "14-somebody-else",
    ReplyKind.STAFF: "11-how-to-pay",
    ReplyKind.REMINDER: "03-new-site-incomplete",
}

STAFF_TEXT = "These words were written by a person of the desk.\n\nThey may have several paragraphs."


def preview(installation: Installation, kind: ReplyKind, language: str) -> OutgoingMessage:
    """Return a reply of this kind to a sample mail, in this language (BCP 47); InputError for one without texts."""
    files = installation.files
    records, desk = load_data(files.find("config/demo/data"))
    render = desk_renderer(installation, installation.desk(desk))
    if language not in render.languages:
        raise InputError(f"--language {language}: no texts for it; there are {', '.join(sorted(render.languages))}")
    with desk_understanding(installation, desk, lambda: TODAY) as understanding:
        newest = understanding.read(files.find(f"config/demo/mails/{SAMPLES[kind]}.eml").read_bytes())
        decision = understanding.decide([newest], lambda *_: records)
    return render(
        decision=replace(decision, language=language),
        newest=newest,
        case_number=CASE_NUMBER,
        kind=kind,
        message_id=MESSAGE_ID,
        at=dt.datetime.combine(TODAY, dt.time(12), dt.UTC),
        staff_text=STAFF_TEXT,
    )
