"""The key that signs quotes: made once, for its owner's eyes, and refused when it is not so."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from mailbot.domain.errors import InputError, SetupError
from mailbot.replies.signing import PublicKey, load_signer, make_key, signer_of


def test_a_key_is_made_for_its_owner_alone_and_never_over_another(tmp_path: Path) -> None:
    path = tmp_path / "secrets" / "key.pem"
    make_key(path)
    first = load_signer(path)
    make_key(path)

    assert load_signer(path).public == first.public
    assert path.stat().st_mode & 0o777 == 0o600
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666])
def test_a_key_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "key.pem"
    make_key(path)
    path.chmod(mode)

    with pytest.raises(SetupError, match=r"key\.pem: others .* run: chmod 600 .*key\.pem"):
        load_signer(path)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "cannot be read"),
        (b"no key", "cannot be read"),
        (X25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), "another kind"),
    ],
)
def test_a_file_that_holds_no_key_of_ours_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(content)
    path.chmod(0o600)

    with pytest.raises(SetupError, match=says):
        load_signer(path)


def test_a_key_that_cannot_be_written_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "secrets").write_text("a file, not a folder")

    with pytest.raises(SetupError, match=r"secrets/key\.pem: .* cannot be written"):
        make_key(tmp_path / "secrets" / "key.pem")


def test_only_the_owner_of_the_key_can_have_signed() -> None:
    ours, theirs = signer_of(bytes(32)), signer_of(b"\1" * 32)
    signature = ours.sign(b"content")

    assert ours.public.has_signed(b"content", signature)
    assert not ours.public.has_signed(b"Content", signature)
    assert not theirs.public.has_signed(b"content", signature)
    assert not ours.public.has_signed(b"content", b"short")
    assert len({ours.public.key_id, theirs.public.key_id}) == 2
    assert "private" not in repr(ours)


@pytest.mark.parametrize("text", ["", "abc", "AAAA", "ü" * 44, "A" * 43 + "!"])
def test_what_is_no_public_key_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="no public key"):
        PublicKey(text)
