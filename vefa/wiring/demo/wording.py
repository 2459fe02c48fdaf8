"""Phrases filled for an invented case, quickly: days are put into words once."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.conf import settings

from vefa.cases.duty import explained
from vefa.dialogue.phrases import sentence
from vefa.directory.models import Agency, Municipality, Service
from vefa.kit.calendars import day_in_words, in_digits
from vefa.wiring.demo.story import Story


@lru_cache(maxsize=50_000)
def day(of: date, language: str) -> str:
    """The day in the language's calendar and digits."""
    return in_digits(day_in_words(of, language=language, jalali=language == "fa"), language)


class Wording:
    """Fills phrases for one municipality."""

    def __init__(self, municipality: Municipality) -> None:
        self._city = municipality
        self._zone = ZoneInfo(municipality.timezone)
        self._phrases: dict[tuple[str, str], str] = {}

    def when(self, at: datetime | None, language: str) -> str:
        """A moment as residents are told it."""
        if at is None:
            return "—"
        local = at.astimezone(self._zone)
        return f"{day(local.date(), language)}, {in_digits(f'{local.hour:02}:{local.minute:02}', language)}"

    def text(
        self, key: str, story: Story, said: Mapping[str, str], *, language: str, supporter: bool = False
    ) -> str:
        """A phrase with everything that is known about the case; `said` is what somebody wrote into it."""
        path = f"cases/{story.reference}" if supporter else f"r/{story.reference}/{story.secret}"
        unit = story.unit.name(language) if story.unit else self._city.name(language)
        values = {
            "reference": f"\u2066{story.reference}\u2069" if language == "fa" else story.reference,
            "service": story.service.name(language),
            "place": story.spot.name(language),
            "unit": unit,
            "link": f"{settings.PUBLIC_URL}/{path}",
            "city": self._city.name(language),
            "phone": self._city.phone,
            "emergency": self._city.emergency_number,
        }
        return self._phrase(key, language).format_map(values | dict(said))

    def agency(self, agency: Agency, service: Service, language: str) -> dict[str, str]:
        """How an agency is named to residents, and why the matter is not the municipality's."""
        return {
            "agency": agency.name(language),
            "agency_phone": agency.phone,
            "explanation": explained(service, agency, language),
        }

    def _phrase(self, key: str, language: str) -> str:
        if (key, language) not in self._phrases:
            self._phrases[key, language] = sentence(key).text(language)[0]
        return self._phrases[key, language]
