"""Viber: a chatbot of the city; see README.md beside this file."""
