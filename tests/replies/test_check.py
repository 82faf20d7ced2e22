"""What is shipped is whole; what an operator breaks is refused at start with file, line and reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from mailbot.domain.errors import SetupError
from mailbot.domain.message import Desk
from mailbot.domain.outgoing import ReplyKind
from mailbot.replies import make_renderer
from mailbot.replies.check import problems
from mailbot.replies.preview import preview
from mailbot.replies.render import Renderer
from mailbot.replies.samples import SAMPLE_DESK, SAMPLE_SELLER
from mailbot.resources import Resources, shipped_root
from tests.replies.conftest import POLICY


def with_overlay(overlay: Path, name: str, text: str) -> Renderer:
    """Return a renderer over an operator's folder that holds one file."""
    path = overlay / "templates" / name
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    files = Resources((overlay, shipped_root()))
    return make_renderer(files, SAMPLE_DESK, SAMPLE_SELLER, POLICY)


def test_every_template_and_catalogue_is_whole(render: Renderer) -> None:
    assert problems(render) == ()


def test_a_template_may_be_overridden(tmp_path: Path) -> None:
    render = with_overlay(
        tmp_path, "replies/staff/body.j2", "{% extends layout %}{% block content %}Ahoy{% endblock %}"
    )

    assert "Ahoy" in preview(render, ReplyKind.STAFF, "en").text


def test_a_single_text_may_be_overridden(tmp_path: Path) -> None:
    render = with_overlay(tmp_path, "locales/en/messages.po", 'msgid "Kind regards"\nmsgstr "Cheers"\n')

    text = preview(render, ReplyKind.STAFF, "en").text
    assert "Cheers" in text
    assert "Hello Amelia Clarke," in text


@pytest.mark.parametrize(
    ("name", "text", "reason"),
    [
        ("replies/ask/body.j2", "Hello\n{% if %}\n", r"ask/body\.j2, line 2: "),
        ("replies/ask/body.j2", "Hello\n\n{{ nobody }}\n", r"ask/body\.j2, line 3: 'nobody' is undefined"),
        ("replies/topics/tax.j2", "{{ s.nothing() }}\n", r"tax\.j2, line 1: .*nothing"),
        ("locales/de/messages.po", 'msgid "Hello %(name)s,"\nmsgstr "Hallo %(nam)s,"\n', r"es\.po, line 1: .*nam"),
        ("locales/de/messages.po", "Hallo Welt\n", r"de/messages\.po, line 1: "),
        ("quote/quote.typ", "\n#let x = \n", r"quote\.typ, line 2: expected expression"),
        ("products.toml", "[products]\n", r"products\.toml: "),
        ("locales/xx/locale.toml", 'locale = "de_DE"\n', r"xx/locale\.toml: "),
    ],
)  # fmt: skip
def test_a_broken_override_is_refused(tmp_path: Path, name: str, text: str, reason: str) -> None:
    with pytest.raises(SetupError, match=reason):
        with_overlay(tmp_path, name, text)


def test_a_policy_without_net_30_promises_none() -> None:
    policy = replace(POLICY, net_30_minimum={}, payment_methods={"EUR": ("credit_card", "bank_transfer")})
    render = make_renderer(Resources((shipped_root(),)), SAMPLE_DESK, SAMPLE_SELLER, policy, documents=False)

    assert "Net-30" not in preview(render, ReplyKind.ANSWER, "en").text


def test_a_desk_without_an_address_is_refused() -> None:
    files = Resources((shipped_root(),))

    with pytest.raises(SetupError, match=r"desk\.address"):
        make_renderer(files, Desk(), SAMPLE_SELLER, POLICY)
