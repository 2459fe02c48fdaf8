"""How networks know an invented resident: the space and value of the account, the thread, who reads along."""

from collections.abc import Callable, Mapping

from vefa.channels.models import Endpoint

# The space of the address that a channel knows somebody by; a letter has none.
SPACES = {
    "telegram": "telegram", "telegram_group": "telegram", "email": "email", "phone": "phone",
    "portal": "email", "counter": "phone", "headman": "phone", "meeting": "phone", "whatsapp": "whatsapp",
    "messenger": "messenger", "instagram": "instagram", "viber": "viber", "x": "x", "sms": "phone",
    "chat": "chat",
}  # fmt: skip
# Numbers, names and domains that nobody can have.
_VALUES: Mapping[str, Callable[[int], str]] = {
    "telegram": lambda key: str(7_000_000_000 + key),
    "email": lambda key: f"resident{key}@posta.example",
    "whatsapp": lambda key: f"90599{key:07d}",
    "messenger": lambda key: str(24_000_000_000_000 + key),
    "instagram": lambda key: str(17_840_000_000_000 + key),
    "viber": lambda key: f"demo{key:08d}==",
    "x": lambda key: str(1_590_000_000_000_000_000 + key),
    "chat": lambda key: f"demo-{key}",
}
# Channels over which a message goes out by itself, and what they answer where it cannot.
SENDS: Mapping[str, str] = {
    "telegram": "Forbidden: bot was blocked by the user",
    "telegram_group": "Forbidden: bot was kicked from the supergroup chat",
    "email": "550 5.1.1 mailbox unavailable",
    "whatsapp": "131026: the number has no WhatsApp",
    "messenger": "551: this person is not available right now",
    "instagram": "100: the comment is gone",
    "viber": "6: the person has left",
    "x": "403: the post was deleted",
    "sms": "the telephone is switched off",
}
_PUBLIC = frozenset({"instagram", "x", "telegram_group"})
_POSTS = 10  # of the city, under which people comment
_GROUP = -1_002_003_000_000


def value_of(space: str, key: int) -> str:
    """The address that the resident with this key has in a space."""
    named = _VALUES.get(space)
    return named(key) if named else f"+90599{key:07d}"


def thread_of(endpoint: Endpoint, key: int) -> str:
    """The conversation's name at the provider."""
    if endpoint.channel == "telegram_group":
        return chat_of(endpoint)
    if endpoint.channel == "x":
        return str(1_790_000_000_000_000_000 + key)
    if _commented(endpoint.channel, key):
        return f"comment/{comment_of(key)}"
    return value_of(SPACES.get(endpoint.channel, ""), key)


def is_public(channel: str, key: int) -> bool:
    """Whether others read what this resident says there."""
    return channel in _PUBLIC or _commented(channel, key)


def chat_of(endpoint: Endpoint) -> str:
    """The number of a group's chat."""
    return endpoint.settings.get("chat_id") or str(_GROUP - endpoint.pk)


def comment_of(key: int) -> str:
    """The first comment of a resident, under which the rest stands."""
    return str(17_900_000_000_000 + key)


def post_of(channel: str, key: int) -> str:
    """The city's post under which they comment; "" for what is said in private."""
    return str(18_000_000_000_000 + key % _POSTS) if _commented(channel, key) else ""


def _commented(channel: str, key: int) -> bool:
    """On Facebook every other one comments under a post, the others write in private."""
    return channel == "instagram" or (channel == "messenger" and key % 2 == 0)
