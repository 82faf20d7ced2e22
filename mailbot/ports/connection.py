"""How a connection to a server of the outside is protected: what the settings say and the adapters keep."""

import enum


class Security(enum.Enum):
    """How a connection is protected; none of them ever falls back to a weaker one."""

    TLS = "tls"  # from the first byte (RFC 8314)
    STARTTLS = "starttls"  # upgraded before anything is said; a server without it is refused
    NONE = "none"  # clear text, to a loopback address only
