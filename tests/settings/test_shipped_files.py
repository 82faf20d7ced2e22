"""The shipped settings file and policy packs: complete, explained, and equal to the defaults."""

import re
from decimal import Decimal
from typing import get_type_hints

import msgspec
import pytest

from mailbot.domain.errors import SetupError
from mailbot.resources import resources
from mailbot.settings import LoginSettings, MailboxSettings, Settings, load_policy_pack, load_settings

FILE = resources().find("config/mailbot.toml")
ENVIRONMENT_ONLY = {"password", "client_secret", "refresh_token"}


def sections():
    for section in msgspec.structs.fields(Settings):
        model = {"mailboxes": MailboxSettings, "logins": LoginSettings}.get(section.name, section.type)
        yield section.name, model


@pytest.mark.parametrize(("section", "model"), list(sections()), ids=lambda x: x if isinstance(x, str) else "")
def test_every_key_stands_in_the_shipped_file_with_a_comment(section, model):
    text = FILE.read_text("utf-8")
    match = re.search(rf"^(# )?\[+{section}\]+$(.*?)(?=^(# )?\[|\Z)", text, re.MULTILINE | re.DOTALL)
    assert match, f"no section {section}"
    lines = match.group(2).splitlines()
    for key in get_type_hints(model).keys() - ENVIRONMENT_ONLY:
        assert any(re.match(rf"(# )?{key} = ", line) for line in lines), f"{section}.{key} is not there"


def test_the_shipped_file_loads_and_holds_the_defaults():
    shipped = load_settings(FILE, {}, FILE.parent)
    for section in ("database", "smtp", "limits", "intake", "log"):
        assert getattr(shipped, section) == type(getattr(shipped, section))(), section


def test_the_mailbox_example_is_right_once_its_number_signs_are_gone(tmp_path):
    text = FILE.read_text("utf-8")
    example = re.search(r"^# \[\[mailboxes\]\]\n(# .*\n)+", text, re.MULTILINE)
    shown = "".join(line.removeprefix("# ") for line in example.group().splitlines(keepends=True))
    file = tmp_path / "mailbot.toml"
    file.write_text(text.replace(example.group(), shown), "utf-8")
    secret = tmp_path / "secrets"
    secret.mkdir()
    (secret / "imap").write_text("hunter2")
    (secret / "imap").chmod(0o600)
    (box,) = load_settings(file, {}, tmp_path).mailboxes
    assert box.after == "move:Processed"


def test_the_policy_pack_in_force_is_that_of_the_reseller_policy():
    settings = load_settings(FILE, {}, FILE.parent)
    pack = load_policy_pack(resources().find(f"config/policy/{settings.policy.pack}.toml"))
    assert pack.version == settings.policy.pack
    assert pack.amount_limits == {"USD": Decimal(100_000), "AUD": Decimal(150_000)}
    assert pack.net_30_minimum == {"USD": Decimal(10_000)}
    assert pack.payment_methods["AUD"] == ("bank_transfer",)
    assert (pack.quote_valid_days, pack.renewal_grace_days, pack.co_term_max_years) == (30, 60, 3)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("quote_valid_days = 30", "quote_days = 30"), "quote_days|quote_valid_days"),
        (("quote_valid_days = 30", "quote_valid_days = 'soon'"), "quote_valid_days"),
        (('USD = "100000.00"', 'USD = "much"'), "amount_limits"),
    ],
)
def test_a_bad_policy_pack_is_refused_with_file_and_key(tmp_path, change, says):
    shipped = resources().find("config/policy/2026-07-01.toml").read_text("utf-8")
    assert change[0] in shipped
    file = tmp_path / "2027-01-01.toml"
    file.write_text(shipped.replace(*change), "utf-8")
    with pytest.raises(SetupError, match=rf"2027-01-01.toml: .*({says})"):
        load_policy_pack(file)
