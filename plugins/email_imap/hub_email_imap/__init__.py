"""E-mail over IMAP and SMTP as a channel of casehub."""
