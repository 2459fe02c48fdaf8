"""Channels, states and languages by their names and icons, as the screens show them."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from vefa.channels import registry

_KNOWN: dict[str, tuple[str, Promise]] = {
    "telegram": ("telegram", _("Telegram")),
    "telegram_group": ("people", _("Telegram group")),
    "telegram_channel": ("telegram", _("Telegram channel")),
    "bale": ("bale", _("Bale")),
    "whatsapp": ("whatsapp", _("WhatsApp")),
    "email": ("email", _("E-mail")),
    "portal": ("web", _("Web form")),
    "web": ("web", _("Web form")),
    "phone": ("phone", _("Telephone")),
    "telephony": ("phone", _("Telephone exchange")),
    "asterisk": ("phone", _("Telephone exchange (Asterisk)")),
    "counter": ("counter", _("Counter")),
    "letter": ("letter", _("Letter")),
    "meeting": ("meeting", _("Public meeting")),
    "headman": ("muhtar", _("Neighbourhood head")),
    "sms": ("sms", _("SMS")),
    "instagram": ("photo", _("Instagram")),
    "messenger": ("people", _("Messenger")),
    "facebook": ("people", _("Facebook")),
    "chat": ("bubble", _("Chat")),
    "x": ("comment", _("X (Twitter)")),
    "comment": ("comment", _("Public comment")),
    "open311": ("link", _("Partner application")),
    "import": ("letter", _("Imported")),
}
CHANNELS = _KNOWN | {key: (one.icon, _(one.name)) for key, one in registry.CHANNELS.items() if one.name}
UNKNOWN: tuple[str, Promise] = ("bubble", _("Other channel"))

DELIVERIES: dict[str, tuple[str, Promise]] = {
    "queued": ("queued", _("waiting to be sent")),
    "leased": ("queued", _("being sent")),
    "handed": ("sent", _("sent")),
    "delivered": ("delivered", _("delivered")),
    "read": ("read", _("read")),
    "failed": ("failed", _("not delivered")),
    "uncertain": ("uncertain", _("unclear whether it arrived")),
    "taken_back": ("undo", _("taken back")),
}
NO_STATE: tuple[str, Promise] = ("info", _("unknown"))

LANGUAGES: dict[str, Promise] = {
    "tr": _("Turkish"),
    "ru": _("Russian"),
    "kk": _("Kazakh"),
    "fa": _("Persian"),
    "en": _("English"),
}
RIGHT_TO_LEFT = frozenset({"fa", "ar", "ur", "he"})

CLOCK_ICONS = {"kept": "kept", "kept-late": "kept", "paused": "paused", "late": "late", "none": "queued"}


def known(code: str) -> tuple[str, Promise]:
    """Icon and name of a channel, or of the space of an address: "messenger:1001" is of Messenger."""
    return CHANNELS.get(code) or CHANNELS.get(code.partition(":")[0], UNKNOWN)


def direction(language: str) -> str:
    """How a text of this language runs; an unknown one is left to its first strong letter."""
    if not language:
        return "auto"
    return "rtl" if language in RIGHT_TO_LEFT else "ltr"
