"""What every page knows: its language, its direction, its city and the reader's colours."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import escape_leading_slashes
from django.utils.translation import get_language, get_language_bidi

from vefa.web.ui import city, language

THEMES = ("light", "dark")


@dataclass(frozen=True)
class Choice:
    """One language of the switch, in its own name; `href` shows this very page in it."""

    code: str
    name: str
    href: str
    chosen: bool


@dataclass(frozen=True)
class Page:
    """The frame's facts, as `page` in every template."""

    language: str
    direction: str
    theme: str
    city: city.City
    tiles: str

    @property
    def city_name(self) -> str:
        """The municipality in the reader's language."""
        return self.city.name(self.language)


def page(request: HttpRequest) -> dict[str, Any]:
    """Context processor: the frame's facts and the language switch."""
    code = get_language() or "en"
    here = city.now_served()
    theme = request.GET.get("theme") or request.COOKIES.get("theme", "")
    frame = Page(
        language=code,
        direction="rtl" if get_language_bidi() else "ltr",
        theme=theme if theme in THEMES else "",
        city=here,
        tiles=settings.MAP_TILES_URL,
    )
    return {"page": frame, "languages": choices(request, here, code)}


def choices(request: HttpRequest, here: city.City, current: str) -> list[Choice]:
    """The city's languages in its own order, each leading to this page with its filters kept."""
    query = request.GET.copy()
    links = []
    for code in here.languages:
        query[language.FIELD] = code
        href = f"{escape_leading_slashes(request.path)}?{query.urlencode()}"  # "//x" would be another host
        links.append(Choice(code, language.OWN_NAMES.get(code, code), href, code == current))
    return links
