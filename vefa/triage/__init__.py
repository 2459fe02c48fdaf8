"""Advice about a contact: language, kind, service, remit, urgency, place, and whether it is known already.

Owns findings with evidence and confidence, what people decided, the models learned from it, and vectors.
Unsure means that a person decides.
"""
