"""Advice about a contact: language, kind, service, urgency, place.

Owns findings, each with evidence and confidence. Unsure means that a person decides.
"""
