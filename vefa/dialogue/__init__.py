"""What the city answers, and whether it arrived.

Owns replies, phrases, deliveries and the outbox, the only place that talks to providers.
"""
