"""The demo: the real service on embedded servers, with sample mails and records. It touches nothing but its folder."""
