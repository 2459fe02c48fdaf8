"""What triage has learned: how well it judges, from where on it acts alone, and which version does."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language_bidi, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.cases.queries import seen_among
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.triage import measures
from vefa.triage.learned import adopting, asking, queries
from vefa.triage.learned import threshold as limits
from vefa.triage.learned.versions import NoVersionError
from vefa.triage.measures import Judged, Point
from vefa.web.desk import model_drawing, model_history, model_words
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui import charts, words
from vefa.web.ui.show import show

LAST = 1000  # confirmed cases that are counted
WEEKS = 26
CONFUSED = 15  # pairs of services
LINKED = 3  # cases for each pair
ALONE = 5  # pairs, where each came up only once
LOWEST, HIGHEST = 30, 99  # per cent: thresholds that a person may set


@dataclass(frozen=True, slots=True)
class Mixed:
    """Two services that are confused, and some cases in which they were."""

    said: str
    right: str
    n: int
    cases: tuple[Judged, ...]


@require_safe
@staff_only(Action.APPROVE)
def page(request: StaffRequest) -> HttpResponse:
    """Everything; htmx asks only for what a threshold would mean."""
    now = timezone.now()
    standing, rows = queries.standing(), queries.judged(LAST)
    context = {
        "frame": frame_of(request, now=now, current="model"),
        "standing": standing,
        "rows": rows,
        "may_change": can(request.staff, Action.ADMINISTER),
        "examples": [(model_words.language_name(code), n) for code, n in standing.examples.items()],
        **_threshold(request, rows, standing.threshold),
        **(_judged(request.staff, rows, standing.threshold, now) if rows else {}),
        **model_history.context(),
    }
    return show(request, "desk/model.html", "threshold", context)


@require_POST
@staff_only(Action.ADMINISTER)
def threshold(request: StaffRequest) -> HttpResponse:
    """Let triage act from another certainty on."""
    wanted = _per_cent(request.POST.get("at", ""))
    if wanted is None:
        messages.error(request, _bounds())
        return _back("#threshold")
    limits.set_threshold(wanted / 100, by=request.staff, now=timezone.now())
    said = gettext("From now on triage hands on by itself what it is at least %(threshold)s sure of.")
    messages.success(request, said % {"threshold": model_words.percent(wanted / 100)})
    return _back("#threshold")


@require_POST
@staff_only(Action.ADMINISTER)
def learn(request: StaffRequest) -> HttpResponse:
    """Learn now instead of tonight."""
    if asking.ask_to_learn(by=request.staff, now=timezone.now()):
        messages.success(
            request, gettext("Triage begins to learn within a minute; look again a little later.")
        )
    else:
        messages.info(request, gettext("It is learning already."))
    return _back()


@require_POST
@staff_only(Action.ADMINISTER)
def adopt(request: StaffRequest, version_id: int) -> HttpResponse:
    """Take a version into service."""
    try:
        adopting.adopt(version_id, by=request.staff, now=timezone.now())
    except NoVersionError as error:
        raise Http404 from error
    messages.success(request, gettext("This version is in service now. You can go back at any time."))
    return _back("#versions")


@require_POST
@staff_only(Action.ADMINISTER)
def roll_back(request: StaffRequest) -> HttpResponse:
    """Take the version before into service again."""
    try:
        adopting.roll_back(by=request.staff, now=timezone.now())
    except NoVersionError:
        messages.info(request, gettext("There is no earlier version to go back to."))
    else:
        messages.success(request, gettext("The version before is in service again."))
    return _back("#versions")


def _back(part: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("desk:model") + part)


def _per_cent(typed: str) -> int | None:
    """A threshold as somebody types it, in any digits; None where it cannot be one."""
    try:
        value = int(typed)
    except ValueError:
        return None
    return value if LOWEST <= value <= HIGHEST else None


def _bounds() -> str:
    said = gettext("Give a number between %(low)s and %(high)s. Nothing was changed.")
    return said % {"low": words.digits(LOWEST), "high": words.digits(HIGHEST)}


def _threshold(request: StaffRequest, rows: list[Judged], current: float) -> dict[str, Any]:
    """The curve, and what the threshold that the reader looks at would mean."""
    typed = request.GET.get("at", "")
    wanted = _per_cent(typed) if typed else None
    now = measures.at_threshold(rows, current)
    tried = measures.at_threshold(rows, wanted / 100) if wanted is not None else None
    points = measures.curve(rows)
    shown = tried or now
    return {
        "at": wanted if wanted is not None else round(current * 100),
        "low": LOWEST,
        "high": HIGHEST,
        "refused": _bounds() if typed and wanted is None else "",
        "curve": model_drawing.draw(points, now=now, tried=tried, rtl=get_language_bidi()),
        "steps": model_words.steps(points),
        "meaning": model_words.meaning(shown) if rows else "",
        "sureness": _sureness(shown),
        "differs": wanted is not None and wanted != round(current * 100),
        "current": model_words.percent(current),
        "wanted": model_words.percent(shown.threshold),
    }


def _sureness(point: Point) -> str:
    """How often what was handed on went right, with its interval."""
    if not point.routed:
        return ""
    said = gettext("%(share)s of those handed on went where they belong (%(between)s).")
    return said % {
        "share": model_words.percent(point.precision.value),
        "between": model_words.between(point.precision),
    }


def _judged(staff: Staff, rows: list[Judged], current: float, now: datetime) -> dict[str, Any]:
    names = model_words.service_names()
    total = measures.accuracy(rows)
    services = model_words.lines(
        measures.accuracy_by(rows, lambda row: row.right), lambda code: names.get(code, code)
    )
    since = gettext("since %(day)s") % {"day": words.on_day(min(row.at for row in rows), words.reader(now))}
    return {
        "few": len(rows) < model_words.ENOUGH,
        "figures": model_words.figures(total, measures.at_threshold(rows, current), words.digits(since)),
        "by_language": model_words.lines(
            measures.accuracy_by(rows, lambda row: row.language), model_words.language_name
        ),
        "by_service": [line for line in services if line.first],
        "few_services": [line for line in services if not line.first],
        "silent": measures.silent(rows),
        "mixed": _mixed(staff, rows, names),
        "weeks": _weeks(rows, current, now),
    }


def _mixed(staff: Staff, rows: list[Judged], names: Any) -> list[Mixed]:
    """The commonest confusions, single ones left out; only cases that the reader may see are linked."""
    found = measures.confusions(rows, limit=CONFUSED)
    found = [one for one in found if len(one.cases) > 1] or found[:ALONE]
    linked = {row.case_id for one in found for row in one.cases[:LINKED]}
    seen = seen_among(staff, linked)
    return [
        Mixed(
            names.get(one.said, one.said),
            names.get(one.right, one.right),
            len(one.cases),
            tuple(row for row in one.cases[:LINKED] if row.case_id in seen),
        )
        for one in found
    ]


def _weeks(rows: list[Judged], current: float, now: datetime) -> charts.LineChart | None:
    """How often it was right week by week; None while there are fewer than two weeks."""
    weeks = measures.by_week(rows, weeks=WEEKS, threshold=current, now=now)
    found = [week for week in weeks if week.first.n >= model_words.LEAST]
    if len(found) < 2:
        return None
    reading = words.reader(now)
    labels = [_monday(week.start, reading) for week in found]
    return charts.line_chart(
        gettext("Week by week, in per cent"),
        labels,
        [
            charts.Series(name=gettext("right"), values=[round(week.first.value * 100) for week in found]),
            charts.Series(
                name=gettext("sure"),
                values=[round(100 * week.sure / week.first.n) for week in found],
                compared=True,
            ),
        ],
        rtl=get_language_bidi(),
        ticks=5,
    )


def _monday(start: date, reading: words.Reader) -> str:
    """The first day of a week, without its year."""
    local = datetime.combine(start, datetime.min.time(), reading.zone)
    return words.on_day(local, reading, with_year=False)
