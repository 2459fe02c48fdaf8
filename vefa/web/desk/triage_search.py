"""Another service by a few letters: its name first, then what residents call it, in any of the languages."""

from django.utils.translation import get_language

from vefa.directory.models import Service
from vefa.directory.queries import directory
from vefa.kit.text import fold, words

MOST = 8


def found_services(text: str, *, limit: int = MOST) -> list[Service]:
    """Services in use of which every word typed begins a word; those named so for the reader come first."""
    wanted = words(text)
    if not wanted:
        return []
    language = get_language() or "en"
    ranked = [
        (rank, len(service.name(language)), place, service)
        for place, service in enumerate(directory().services_in_use.values())
        if (rank := _rank(service, wanted, language)) is not None
    ]
    return [service for *_, service in sorted(ranked, key=lambda row: row[:3])[:limit]]


def service_named(text: str) -> Service | None:
    """The service of this name or code, else the only one that the words lead to."""
    wanted = fold(text)
    for service in directory().services_in_use.values():
        if wanted in {fold(name) for name in (service.code, *service.names.values())}:
            return service
    found = found_services(text, limit=2)
    return found[0] if len(found) == 1 else None


def _rank(service: Service, wanted: list[str], language: str) -> int | None:
    """0 the reader's name of it, 1 its code or a name in another language, 2 a resident's word."""
    said = (" ".join(texts) for texts in service.words.values())
    places = (service.name(language), " ".join((service.code, *service.names.values())), " ".join(said))
    for rank, place in enumerate(places):
        here = words(place)
        if all(any(word.startswith(one) for word in here) for one in wanted):
            return rank
    return None
