"""E-mail: mailboxes read over IMAP, answers sent over SMTP; see README.md beside this file."""
