"""What an e-mail address is: the one judgement for settings, imports, headers and the talk with servers.

How addresses are found in running text is the parsers' matter; this tells of a whole one (RFC 5321 4.1.2, RFC 6531).
"""

from functools import lru_cache


@lru_cache(maxsize=4096)
def is_email_address(text: str) -> bool:
    """Whether the text is one address that any two programs read alike: no name, quotes, comments or line breaks.

    Nothing is looked up: `desk@intranet` and `desk@corp.local` are addresses where such hosts are.
    """
    import email_validator  # loaded here: 40 ms that most commands do without

    email_validator.SPECIAL_USE_DOMAIN_NAMES.clear()
    try:
        email_validator.validate_email(text, check_deliverability=False, globally_deliverable=False)
    except ValueError:  # its own errors are ValueErrors; so are those of lone surrogates
        return False
    return True
