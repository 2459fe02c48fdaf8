"""Telegram and every messenger that speaks its Bot API (Bale): see README.md beside this file."""
