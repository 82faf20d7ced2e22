"""The key of an installation that signs the data of its quotes."""

from pathlib import Path

from mailbot.bootstrap.installation import Installation
from mailbot.replies.signing import Signer, load_signer, make_key


def desk_signer(installation: Installation) -> Signer:
    """Return the desk's signer, its key made now when there is none; SetupError when the key's file is wrong."""
    if not key_file(installation).exists():
        make_key(key_file(installation))
    return load_signer(key_file(installation))


def existing_signer(installation: Installation) -> Signer | None:
    """Return the desk's signer, None before its key was made; SetupError when the key's file is wrong."""
    return load_signer(key_file(installation)) if key_file(installation).exists() else None


def key_file(installation: Installation) -> Path:
    """Return where the private key lies."""
    return installation.folder / installation.settings.quotes.signing_key_file
