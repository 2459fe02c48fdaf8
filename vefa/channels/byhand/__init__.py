"""What people bring without a provider: the web form, a call, a visit, a letter, a meeting; see README.md."""
