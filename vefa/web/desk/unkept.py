"""Why what somebody wrote down by hand could not be kept, and what to do about it."""

from django.utils.translation import gettext

from vefa.channels.queries import NoDoorError
from vefa.inbox.files import NoRoomError


def why_not(error: NoDoorError | NoRoomError) -> str:
    """The sentence for whoever typed it; nothing typed is lost."""
    if isinstance(error, NoRoomError):
        return gettext(
            "The file cannot be kept: the disk takes nothing more. Leave it out for now, and tell an"
            " administrator."
        )
    return gettext(
        "Nothing was kept: the city has no account for what comes this way. An administrator adds one under"
        " “Accounts”."
    )
