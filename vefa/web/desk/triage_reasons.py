"""Why two reports may be about one thing, in the reader's words: what speaks for it, and what against."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, ngettext

from vefa.directory.queries import service_by_code
from vefa.triage.sameness.offering import Offer
from vefa.web.ui import words

LEAST = 0.2  # weight of a sign that is worth a word


@dataclass(frozen=True)
class Reason:
    """One sign in words, and whether it speaks for it."""

    words: str
    speaks_for: bool


def reasons_of(offer: Offer) -> list[Reason]:
    """The signs that weigh something, the strongest first."""
    weighing = [one for one in offer.likeness.signs if abs(one.weight) >= LEAST and one.name in _SAYS]
    ordered = sorted(weighing, key=lambda one: -abs(one.weight))
    return [Reason(_SAYS[one.name](one.says), one.weight > 0) for one in ordered]


def _metres(says: str) -> str:
    count = int(float(says))
    said = ngettext("%(count)s metre apart", "%(count)s metres apart", count)
    return said % {"count": words.digits(count)}


def _days(says: str) -> str:
    count = int(float(says))
    said = ngettext("%(count)s day apart", "%(count)s days apart", count)
    return said % {"count": words.digits(count)}


def _service(says: str) -> str:
    service = service_by_code(says)
    name = service.name(get_language() or "en") if service else ""
    return gettext("the same service: %(name)s") % {"name": name} if name else gettext("the same service")


_SAYS: Mapping[str, Callable[[str], str]] = {
    "point": _metres,
    "other_point": _metres,
    "same_place": lambda _: gettext("the same place"),
    "near_place": lambda _: gettext("one place lies in the other"),
    "other_place": lambda _: gettext("another place"),
    "street": lambda says: gettext("the same street: %(name)s") % {"name": says},
    "other_street": lambda says: gettext("another street: %(name)s") % {"name": says},
    "house": lambda says: gettext("the same number: %(name)s") % {"name": words.digits(says)},
    "other_house": lambda says: gettext("another number: %(name)s") % {"name": words.digits(says)},
    "one_number": lambda _: gettext("only one of them names a number"),
    "line": lambda says: gettext("the same line: %(name)s") % {"name": words.digits(says)},
    "other_line": lambda says: gettext("another line: %(name)s") % {"name": words.digits(says)},
    "service": _service,
    "other_service": lambda _: gettext("another service"),
    "time": _days,
    "words": lambda _: gettext("alike in words"),
}
