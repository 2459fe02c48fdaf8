"""What arrived, exactly as it arrived; the ledger of contacts.

`intake.accept` is the only way in. Promises: durable before acknowledged, once per endpoint and external id,
in order per conversation, and nothing that fails holds up its neighbours.
"""
