"""How well triage judges, in words for people who are no statisticians."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.translation import get_language, gettext, ngettext

from vefa.directory.queries import directory
from vefa.triage.measures import Accuracy, Point, Share
from vefa.web.ui import channels, words
from vefa.web.ui.shapes import Figure

ENOUGH = 30  # confirmed cases; below it a share is shown with a warning
LEAST = 5  # of a language or service; below it no share is shown at all


@dataclass(frozen=True, slots=True)
class Line:
    """One language or service: how often triage was right, and how sure that number is."""

    name: str
    n: int
    first: str  # "" where there are too few
    third: str
    between: str
    share: float = 0.0  # per cent, for the bar
    low: float = 0.0
    high: float = 0.0


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the table beside the curve."""

    threshold: str
    routed: int
    wrong: int


def percent(share: float) -> str:
    """A share from 0 to 1 in the reader's digits."""
    return words.digits(gettext("%(number)s %%") % {"number": round(share * 100)})


def between(share: Share) -> str:
    """Where the true share lies, most likely."""
    low, high = share.interval
    return words.digits(
        gettext("between %(low)s and %(high)s %%") % {"low": round(low * 100), "high": round(high * 100)}
    )


def of_cases(n: int) -> str:
    """How many cases a share is counted on: of 412 confirmed cases."""
    said = ngettext("of %(count)s confirmed case", "of %(count)s confirmed cases", n)
    return said % {"count": words.digits(n)}


def figures(total: Accuracy, now: Point, period: str) -> list[Figure]:
    """The four numbers at the top of the page."""
    wrong = Share(now.wrong, now.routed)
    return [
        Figure(
            name=gettext("The first suggestion was right"), value=percent(total.first.value), period=period,
            n=of_cases(total.first.n), against=between(total.first),
            definition=gettext(
                "Of the last cases whose service a person has confirmed: how often triage's first suggestion "
                "was the service that the person chose in the end."
            ),
        ),
        Figure(
            name=gettext("Among the three suggestions"), value=percent(total.third.value), period=period,
            n=of_cases(total.third.n), against=between(total.third),
            definition=gettext(
                "How often the right service stood among the three that people at the desk are offered."
            ),
        ),
        Figure(
            name=gettext("Handed on without asking"), value=percent(now.coverage), period=period,
            n=of_cases(now.of),
            definition=gettext(
                "How many of these cases triage is sure enough of to hand on by itself, at the present "
                "threshold. The others wait for a person."
            ),
        ),
        Figure(
            name=gettext("Of these to the wrong service"), value=percent(wrong.value) if wrong.n else "—",
            period=period, n=of_cases(wrong.n), against=between(wrong) if wrong.n else "",
            definition=gettext("How many of the cases handed on without asking had to be moved by a person."),
        ),
    ]  # fmt: skip


def meaning(point: Point) -> str:
    """What a threshold would have meant for the cases that are counted."""
    facts = {
        "threshold": percent(point.threshold),
        "of": words.digits(point.of),
        "routed": words.digits(point.routed),
        "wrong": words.digits(point.wrong),
        "waiting": words.digits(point.of - point.routed),
    }
    if not point.routed:
        return gettext("At %(threshold)s, each of the last %(of)s confirmed cases would have waited.") % facts
    return (
        gettext(
            "At %(threshold)s, triage would have handed on %(routed)s of the last %(of)s confirmed cases by "
            "itself, %(wrong)s of them wrongly. %(waiting)s would have waited for a person."
        )
        % facts
    )


def lines(found: Iterable[Accuracy], name_of: Callable[[str], str]) -> list[Line]:
    """One line for each language or service; its share only where enough cases were counted."""
    return [_line(one, name_of(one.key)) for one in found]


def _line(one: Accuracy, name: str) -> Line:
    if one.first.n < LEAST:
        return Line(name, one.first.n, "", "", "")
    low, high = one.first.interval
    return Line(
        name=name,
        n=one.first.n,
        first=percent(one.first.value),
        third=percent(one.third.value),
        between=between(one.first),
        share=one.first.value * 100,
        low=low * 100,
        high=high * 100,
    )


def language_name(code: str) -> str:
    """A language's name in the reader's own."""
    return str(channels.LANGUAGES.get(code, code or "—"))


def service_names() -> Mapping[str, str]:
    """The names of all services in the reader's language, retired ones too."""
    language = get_language() or "en"
    return {service.code: service.name(language) for service in directory().services.values()}


def steps(points: Sequence[Point]) -> list[Step]:
    """Every tenth of the curve, for the table beside it."""
    tenths = (point for point in points if round(point.threshold * 100) % 10 == 0)
    return [Step(percent(point.threshold), point.routed, point.wrong) for point in tenths]
