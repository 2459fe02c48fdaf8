"""Asterisk and what is built on it (FreePBX, Issabel, Wazo), by its manager interface: see README.md."""
