"""The desk's signature under the data of its quotes: Ed25519 (RFC 8032), one key pair for each installation."""

import base64
import hashlib
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from mailbot.domain.errors import InputError, SetupError
from mailbot.secret_file import make_secret_file, read_secret_file

ALGORITHM = "Ed25519"
WHAT = "the key that signs quotes"


@dataclass(frozen=True, slots=True)
class PublicKey:
    """What checks a signature. `text` is the raw key in base64, `key_id` the first half of its SHA-256 in hex."""

    text: str

    def __post_init__(self) -> None:
        """Refuse text that is no key."""
        try:
            Ed25519PublicKey.from_public_bytes(base64.b64decode(self.text, validate=True))
        except ValueError as error:
            raise InputError(f"{self.text!r} is no public key: wanted are 32 bytes in base64") from error

    @property
    def key_id(self) -> str:
        """The name under which quotes mention the key."""
        return hashlib.sha256(base64.b64decode(self.text)).hexdigest()[:32]

    def has_signed(self, content: bytes, signature: bytes) -> bool:
        """Whether the signature was made for exactly this content by the owner of the key."""
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(self.text))
        try:
            key.verify(signature, content)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key, and the public one that belongs to it."""

    public: PublicKey
    _private: Ed25519PrivateKey = field(repr=False)

    def sign(self, content: bytes) -> bytes:
        """Return the signature; the same content gives the same one."""
        return self._private.sign(content)


def signer_of(seed: bytes) -> Signer:
    """Return the signer of a private key of 32 bytes."""
    return _signer(Ed25519PrivateKey.from_private_bytes(seed))


def make_key(path: Path) -> None:
    """A new private key lies in the file, readable by its owner alone; a file that is there already stays as it is.

    Raises SetupError when the file cannot be written.
    """
    pem = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    make_secret_file(path, pem, WHAT)


def load_signer(path: Path) -> Signer:
    """Return the signer of a private key file (PEM); SetupError when others can read it, or it holds no such key."""
    pem = read_secret_file(path, WHAT)
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError) as error:
        raise SetupError(f"{path}: {WHAT} cannot be read: {error}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SetupError(f"{path}: holds a key of another kind than {ALGORITHM}; move it away and a new one is made")
    return _signer(key)


def _signer(private: Ed25519PrivateKey) -> Signer:
    raw = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Signer(PublicKey(base64.b64encode(raw).decode()), private)
