"""What residents hear of incidents: a banner on every public page, and the offer to join. A builtin."""

from collections.abc import Collection
from dataclasses import dataclass

from django import template
from django.utils.translation import get_language

from vefa.cases.incidents import fitting
from vefa.cases.incidents.fitting import Live
from vefa.directory.queries import area_at, is_loaded, municipality
from vefa.web.ui import incident_names

register = template.Library()
MOST = 3


@dataclass(frozen=True)
class Banner:
    """One incident as residents see it: what it is called and its one text, with the language of that."""

    id: int
    title: str
    text: str
    language: str


@register.simple_tag
def incident_banners() -> list[Banner]:
    """The banners of what runs now, the latest first; no statement but one in five seconds."""
    if not is_loaded():
        return []
    return [_banner(one) for one in fitting.running() if one.shown and one.banner][:MOST]


def fitting_reports(
    *, service_ids: Collection[int], area_id: int | None, point: tuple[float, float] | None
) -> list[Banner]:
    """The incidents that a report of one of these services, at this place, may join."""
    if area_id is None and point is not None:
        area = area_at(*point)
        area_id = area.id if area else None
    running = [one for one in fitting.running() if one.shown and one.banner]
    return [_banner(one) for one in running if one.fits(service_ids=service_ids, area_id=area_id)][:MOST]


def service_in(incident_id: int, service_ids: Collection[int]) -> int | None:
    """Which of these services belongs to the incident: that is what a report which joins is about."""
    one = next((one for one in fitting.running() if one.id == incident_id), None)
    return next((pk for pk in service_ids if one and pk in one.service_ids), None)


def named(incident_id: int) -> str:
    """What a running incident is called, "" when it is over."""
    one = next((one for one in fitting.running() if one.id == incident_id), None)
    return incident_names.title(one) if one else ""


def _banner(one: Live) -> Banner:
    wanted = (get_language() or "en", municipality().default_language, "en")
    text = one.text(*wanted)
    language = next((code for code, words in one.banner.items() if words == text), wanted[0])
    return Banner(one.id, incident_names.title(one), text, language)
