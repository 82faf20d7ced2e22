"""How replies look with sample data: `mailbot preview` and the gallery."""

import datetime as dt

from mailbot.domain.outgoing import OutgoingMessage, ReplyKind
from mailbot.replies.locales import closest
from mailbot.replies.render import WRITTEN_BY_HAND, Renderer
from mailbot.replies.samples import SAMPLE_WORDS, TODAY, sample_decision, sample_message
from mailbot.replies.variants import VARIANTS

SAMPLES = (*(kind.value for kind in ReplyKind), *VARIANTS)
"""The names of all samples: the kinds of reply, and variants of them."""


def preview(render: Renderer, kind: ReplyKind, language: str) -> OutgoingMessage:
    """Return the sample reply of a kind in the language that fits the tag best."""
    return preview_sample(render, kind.value, language)


def preview_sample(render: Renderer, name: str, language: str) -> OutgoingMessage:
    """Return the sample of this name (one of SAMPLES) in the language that fits the tag best."""
    spoken = closest(language, render.languages)
    people = spoken.sample or render.languages["en"].sample
    if name in VARIANTS:
        kind, decision = VARIANTS[name].kind, VARIANTS[name].decision(spoken.tag, people)
    else:
        kind = ReplyKind(name)
        decision = sample_decision(kind, spoken.tag, people)
    return render(
        decision=decision,
        newest=sample_message(people, spoken.tag),
        case_number="Q-2026-00318",
        kind=kind,
        message_id=f"<preview-{name}-{spoken.tag.lower()}@seller.example>",
        at=dt.datetime.combine(TODAY, dt.time(9, 30), dt.UTC),
        staff_text=SAMPLE_WORDS if kind in WRITTEN_BY_HAND else "",
    )
