"""Unsure cases, decided by people."""
