"""Simulated providers on loopback: strict about our requests, they misbehave on demand and keep a ledger."""
