"""What was made of a message in a group, the signs for it, and what is wrong there, as the reader says it."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vefa.channels.models import Endpoint
from vefa.kit.speaking import told
from vefa.web.desk.endpoint_words import ills

LASTING = frozenset({"stuck", "stumbling"})  # troubles that tell of what sending or fetching met

MADE: Mapping[str, Promise] = {
    "matter": _("A matter"),
    "me_too": _("Has it too"),
    "follow_up": _("More about it"),
    "chatter": _("Talk"),
    "post": _("Our own post"),
}
SIGNS: Mapping[str, Promise] = {
    "service": _("words of a service"),
    "subject": _("what this group is for"),
    "trouble": _("something is wrong"),
    "ask": _("something is asked"),
    "here": _("says where"),
    "place": _("names a place"),
    "since": _("says for how long"),
    "danger": _("danger"),
    "complaint": _("a complaint"),
    "photo": _("a photo"),
    "point": _("a point on the map"),
    "number": _("a house number"),
    "advert": _("an advert"),
    "neighbours": _("neighbours among themselves"),
    "politics": _("politics"),
    "solved": _("thanks, or it is solved"),
    "smalltalk": _("greetings and small talk"),
    "laugh": _("laughter"),
    "link": _("a link or a number"),
    "short": _("very short"),
    "nothing": _("no word of a service or of trouble"),
    "forwarded": _("forwarded"),
}


def made_in_words(made: str) -> str:
    """What a message is."""
    return str(MADE.get(made, made))


def wrong_in_words(group: Endpoint) -> list[str]:
    """What is wrong in a group, such as a bot that is deaf there, and what was met just now."""
    lasting = LASTING & group.health.get("troubles", {}).keys()
    now = [told(group.trouble)] if group.trouble and not lasting else []
    return [*now, *(ill.words for ill in ills(group))]


def sign_in_words(sign: str) -> str:
    """What speaks for or against a matter."""
    return str(SIGNS.get(sign, sign))
