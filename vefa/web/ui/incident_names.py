"""What an incident is called, to residents and to staff alike."""

from collections.abc import Collection

from django.utils.translation import get_language

from vefa.cases.incidents.fitting import Live
from vefa.cases.models import Incident
from vefa.directory.queries import directory, municipality
from vefa.kit.text import first_line
from vefa.web.ui import words

SHORT = 30  # letters
FEW = 3  # services in a title


def title(one: Incident | Live) -> str:
    """Its name, else what it is about and where."""
    return one.name or words.listed(services(one.service_ids), place(one.area_id))


def services(service_ids: Collection[int], language: str = "", *, most: int = FEW) -> str:
    """The names of services, the first three of them unless more are asked for."""
    known, speaks = directory().services, language or get_language() or "en"
    names = [known[service_id].name(speaks) for service_id in sorted(service_ids) if service_id in known]
    return words.listed(*names[:most])


def short(one: Incident | Live) -> str:
    """The same where there is little room: at the top of every page of the desk."""
    return first_line(title(one), limit=SHORT)


def place(area_id: int | None, language: str = "") -> str:
    """The name of its area; the city's where it is everywhere."""
    areas = directory().areas
    whole = next(
        (area for area in areas.values() if area.parent_id is None and area.kind == area.Level.CITY), None
    )
    area = areas.get(area_id or 0) or whole
    return (area or municipality()).name(language or get_language() or "en")
