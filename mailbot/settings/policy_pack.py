"""Reads a policy pack: the figures of the policy in force, one dated file each (`config/policy/`)."""

import dataclasses
import tomllib
from decimal import Decimal
from pathlib import Path

import msgspec

from mailbot.domain.errors import SetupError
from mailbot.domain.policy_pack import PolicyPack


def load_policy_pack(file: Path) -> PolicyPack:
    """Return the pack, its version being the file's name; SetupError names the file, the key and what is wrong.

    Every key must be there: what a policy says is read in one place.
    """
    keys = {field.name for field in dataclasses.fields(PolicyPack)} - {"version"}
    try:
        figures = tomllib.loads(file.read_text("utf-8"), parse_float=Decimal)
        if unknown := figures.keys() - keys:
            raise SetupError(f"{file}: unknown key {', '.join(sorted(unknown))}")
        if absent := keys - figures.keys():
            raise SetupError(f"{file}: missing is {', '.join(sorted(absent))}; see the shipped config/policy/")
        return msgspec.convert({**figures, "version": file.stem}, PolicyPack, strict=False)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SetupError(f"{file}: {error}") from error
