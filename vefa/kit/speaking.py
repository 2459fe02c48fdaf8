"""What rooms without Django said in English, in the reader's language: findings of check-ups, reasons."""

from django.utils.translation import gettext

from vefa.kit.saying import Sentence


def spoken(said: object) -> str:
    """A sentence, or the parts of one as JSON keeps them, in the language that is spoken now.

    A plain text is looked up as it is: it may be a sentence of ours, or a provider's own words.
    """
    if isinstance(said, Sentence):
        return _filled(said.pattern, dict(said.values))
    if isinstance(said, list) and len(said) == 2 and isinstance(said[1], dict):
        return _filled(str(said[0]), said[1])
    text = str(said)
    return gettext(text) if text else ""


def _filled(pattern: str, values: dict[str, object]) -> str:
    sentence = gettext(pattern) if pattern else ""
    if not values:
        return sentence
    filled = {name: _value(name, value) for name, value in values.items()}
    try:
        return sentence % filled
    except (KeyError, ValueError, TypeError):
        return pattern


def _value(name: str, value: object) -> object:
    if isinstance(value, Sentence | list):
        return spoken(value)
    return told(value) if name == "reason" and isinstance(value, str) else value


def told(reason: str) -> str:
    """Why something did not go, as an adapter put it: the words that are ours in the reader's language.

    What the provider says of it follows after a colon, as it is.
    """
    parts = reason.split(": ")
    for many in range(len(parts), 0, -1):
        ours = ": ".join(parts[:many])
        if ours and (said := gettext(ours)) != ours:
            return ": ".join(part for part in (said, told(": ".join(parts[many:]))) if part)
    return reason
