"""Reads a policy pack: the figures of the policy in force, one dated file each (`config/policy/`)."""

import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from mailbot.domain.errors import SetupError
from mailbot.domain.policy_pack import PolicyPack


class _Pack(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    quote_valid_days: int
    default_currency: str
    renewal_grace_days: int
    co_term_max_years: int
    days_in_year: int
    new_site_needs_addresses: bool
    tax_regions: frozenset[str]
    country_currency: dict[str, str]
    amount_limits: dict[str, Decimal]
    net_30_minimum: dict[str, Decimal]
    payment_methods: dict[str, tuple[str, ...]]


def load_policy_pack(file: Path) -> PolicyPack:
    """Return the pack, its version being the file's name; SetupError names the file, the key and what is wrong."""
    try:
        pack = msgspec.convert(tomllib.loads(file.read_text("utf-8"), parse_float=Decimal), _Pack, strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SetupError(f"{file}: {error}") from error
    return PolicyPack(version=file.stem, **msgspec.structs.asdict(pack))
