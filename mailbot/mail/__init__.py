"""The mail servers: reading by IMAP, sending by SMTP, both over TLS."""
