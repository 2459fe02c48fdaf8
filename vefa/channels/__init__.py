"""One folder per channel: pure translators between a provider and Vefa.

Owns the endpoints (configured accounts) and the port that every adapter fills.
Decides nothing, stores no message.
"""
