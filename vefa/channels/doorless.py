"""What a channel says at a door that it does not have: nobody pushes there."""

from vefa.channels.port import ForgedError


def no_webhook(channel: str) -> ForgedError:
    """The refusal of a channel that has no door."""
    return ForgedError(f"{channel} takes no pushed messages")
