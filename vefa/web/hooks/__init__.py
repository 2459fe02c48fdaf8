"""The door for channel webhooks: raw, durable, fast."""
