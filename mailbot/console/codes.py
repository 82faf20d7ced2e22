"""Codes of a second factor by time (RFC 6238), their sealed secret, and the picture by which an app takes it over."""

import base64
import datetime as dt
import hmac
import io
import secrets

from mailbot.domain.errors import Forbidden
from mailbot.domain.staff import SEALED
from mailbot.sealing import Seal

ISSUER = "mailbot"
STEP = 30


class TimeCodes:
    """Keeps `ports.OneTimeCodes`: six digits, a new code every half minute, the one before and after good as well."""

    def __init__(self, seal: Seal) -> None:
        self._seal = seal

    def new_secret(self) -> str:
        """Return 160 bits in base 32 (RFC 4226, section 4), sealed."""
        return self.sealed(base64.b32encode(secrets.token_bytes(20)).decode())

    def sealed(self, secret: str) -> str:
        """Return the secret as it is kept."""
        return SEALED + self._seal.close(secret)

    def reveal(self, sealed: str) -> str | None:
        """Return the secret itself, for its owner's app; None when it was sealed under another key."""
        return self._seal.open(sealed.removeprefix(SEALED)) if sealed.startswith(SEALED) else None

    def step_of(self, sealed: str, code: str, at: dt.datetime) -> int | None:
        """Return the step of time that the code is of, if it is one of about now; else None."""
        import pyotp  # loaded here: most logins do without

        secret = self.reveal(sealed)
        if secret is None:
            raise Forbidden(
                "the second factor was sealed under another key of the desk; put that key back, "
                "or let an administrator remove the second factor"
            )
        codes, now = pyotp.TOTP(secret), int(at.timestamp()) // STEP
        digits = "".join(character for character in code if character in "0123456789")
        near = (now, now - 1, now + 1)
        return next((step for step in near if hmac.compare_digest(codes.generate_otp(step), digits)), None)


def picture(secret: str, login: str) -> str:
    """Return the SVG of the secret as a QR code, dark on light whatever the page's colours."""
    import pyotp
    import segno

    out = io.BytesIO()
    uri = pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)
    segno.make(uri, error="m").save(out, kind="svg", border=3, light="#fff", xmldecl=False, omitsize=True)
    return out.getvalue().decode()
