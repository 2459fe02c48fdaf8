"""When people write to a city: by year, week and hour, and all at once on the day of a storm. Pure."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

WEEK = (1.25, 1.12, 1.05, 1.02, 1.06, 0.62, 0.45)  # Monday to Sunday
HOURS = (
    2, 1, 1, 1, 1, 2, 4, 9, 18, 26, 28, 26, 20, 22, 25, 23, 21, 19, 17, 16, 14, 11, 7, 4,
)  # fmt: skip
STORM_HOURS = (0,) * 12 + (1, 3, 8, 16, 22, 20, 14, 9, 6, 4, 2, 1)
STORM_SHARE = 0.05  # of all matters
GROWTH = 0.35  # more on the last day than on the first
DAYS_A_MONTH = 30.44

# How much more of a service is asked for in each month of the year, January first.
SUMMER = (0.5, 0.5, 0.7, 0.9, 1.2, 1.7, 2.0, 2.0, 1.4, 0.9, 0.6, 0.5)
WINTER = (2.2, 2.0, 1.3, 0.8, 0.6, 0.4, 0.3, 0.3, 0.5, 0.9, 1.4, 1.9)
SNOW = (6.0, 5.0, 0.8, 0.05, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.4, 3.5)
AUTUMN = (0.6, 0.6, 0.7, 0.8, 0.8, 0.7, 0.6, 0.7, 1.2, 2.0, 2.4, 1.4)
SPRING = (1.1, 1.4, 1.9, 1.8, 1.3, 0.8, 0.6, 0.6, 0.7, 0.8, 0.9, 1.0)
SEASONS = {
    "road.pothole": SPRING, "road.snow": SNOW, "road.flood": AUTUMN, "clean.street": AUTUMN,
    "clean.garbage": SUMMER, "clean.pest": SUMMER, "park.irrigation": SUMMER, "park.playground": SUMMER,
    "park.pruning": SPRING, "park.tree_fallen": AUTUMN, "water.cut": SUMMER, "order.noise": SUMMER,
    "sewer.smell": SUMMER, "sewer.blocked": AUTUMN, "light.streetlamp": WINTER, "social.aid": WINTER,
    "bus.vehicle": SUMMER, "bus.late": WINTER, "other.power": WINTER, "culture.course": SUMMER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was said, in UTC, and whether in the storm."""

    at: datetime
    storm: bool


def season(code: str, month: int) -> float:
    """How much a service is asked for in this month (1 to 12), 1 being usual."""
    return SEASONS[code][month - 1] if code in SEASONS else 1.0


class Rhythm:
    """The months before `until` in one zone: its days, how busy each is, and the day of the storm."""

    def __init__(self, random: Random, *, months: int, until: datetime, zone: ZoneInfo) -> None:
        self._random, self._until, self._zone = random, until, zone
        last = until.astimezone(zone).date()
        first = last - timedelta(days=max(1, round(months * DAYS_A_MONTH)))
        self._days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
        self._busy = [self._weight(day, place / len(self._days)) for place, day in enumerate(self._days)]
        self._storm_day = self._stormy()

    def moments(self, count: int) -> list[Moment]:
        """So many moments in order, none later than the end."""
        storms = round(count * STORM_SHARE) if self._storm_day else 0
        found = [Moment(at, storm=True) for at in self._in_storm(storms)]
        found += [Moment(at, storm=False) for at in self._usual(count - storms)]
        return sorted(found, key=lambda moment: moment.at)

    def _stormy(self) -> date | None:
        """A day of the stormy season if there is one, and never among the last three."""
        usable = self._days[: max(0, len(self._days) - 3)]
        stormy = [day for day in usable if day.month in {10, 11, 12, 2, 3}]
        return self._random.choice(stormy or usable) if usable else None

    def _weight(self, day: date, progress: float) -> float:
        return WEEK[day.weekday()] * (1 + GROWTH * progress) * self._random.lognormvariate(0, 0.12)

    def _in_storm(self, count: int) -> list[datetime]:
        if self._storm_day is None:
            return []
        return [
            self._at(self._storm_day, hour) for hour in self._random.choices(range(24), STORM_HOURS, k=count)
        ]

    def _usual(self, count: int) -> list[datetime]:
        """By day and hour; what would be later than the end is drawn again on an earlier day."""
        chosen = self._random.choices(self._days, self._busy, k=count)
        hours = self._random.choices(range(24), HOURS, k=count)
        found = [self._at(day, hour) for day, hour in zip(chosen, hours, strict=True)]
        return [
            at if at <= self._until else self._at(self._random.choice(self._days[:-1]), 10) for at in found
        ]

    def _at(self, day: date, hour: int) -> datetime:
        clock = time(hour, self._random.randrange(60), self._random.randrange(60), tzinfo=self._zone)
        return datetime.combine(day, clock).astimezone(UTC)
