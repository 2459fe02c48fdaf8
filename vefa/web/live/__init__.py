"""Live events for open screens."""
