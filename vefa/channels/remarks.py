"""What adapters remark about a message that they could not read whole, for the person who reads the rest."""

from vefa.kit.saying import Sentence

CUT = Sentence("The text was cut; the original has all of it.")


def contains(kind: str) -> Sentence:
    """It holds what we cannot show; `kind` is the provider's name of it, "" where it has none."""
    if not kind:
        return Sentence("There was nothing in it.")
    return Sentence("It holds something that only the sender's program can show: %(kind)s.", kind=kind)


def no_place(latitude: float, longitude: float) -> Sentence:
    """Its point lies outside the degrees of the globe."""
    return Sentence(
        "It named a place that cannot be: %(latitude)s, %(longitude)s.",
        latitude=latitude,
        longitude=longitude,
    )


def odd(why: object) -> Sentence:
    """The provider hands over a shape that we do not know; `why` in the program's words."""
    return Sentence("The provider wrote it in a form that is not known yet: %(why)s.", why=why)
