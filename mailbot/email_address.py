"""What an e-mail address is: the one judgement for settings, imports, headers and the talk with servers.

How addresses are found in running text is the parsers' matter; this tells of a whole one (RFC 5321 4.1.2, RFC 6531).
"""

import re
from functools import lru_cache

# Addresses as nearly everybody has them are told at sight: loading the library takes as long as deciding a mail.
_PLAIN = re.compile(
    r"(?!.{255})(?!.*[A-Za-z0-9-]{64})[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*"
    r"@[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*(?:\.[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*)*"
)


@lru_cache(maxsize=4096)
def is_email_address(text: str) -> bool:
    """Whether the text is one address that any two programs read alike: no name, quotes, comments or line breaks.

    Nothing is looked up: `desk@intranet` and `desk@corp.local` are addresses where such hosts are.
    """
    return (len(text.partition("@")[0]) <= 64 and _PLAIN.fullmatch(text) is not None) or _is_valid(text)


def _is_valid(text: str) -> bool:
    import email_validator

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        email_validator.validate_email(text, check_deliverability=False, globally_deliverable=False, strict=True)
    except ValueError:  # its own errors are ValueErrors; so are those of lone surrogates
        return False
    return True
