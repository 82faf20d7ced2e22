"""The desk's key of an installation, and what comes from it for each purpose."""

from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.desk_key import DeskKey, desk_key_of
from mailbot.sealing import Seal


def desk_key(installation: Installation) -> DeskKey:
    """Return the desk's key, made now when there is none; SetupError when its file is wrong."""
    return desk_key_of(key_file(installation))


def key_file(installation: Installation) -> Path:
    """Return where the desk's key lies."""
    return installation.folder / installation.settings.desk.key_file


def second_factor_seal(installation: Installation) -> Seal:
    """Return what seals the second factors of staff."""
    return Seal(desk_key(installation).for_purpose("second factors"))
