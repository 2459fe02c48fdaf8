"""Is it one of these? Incidents and open public cases around the place: told twice, it becomes two voices."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.directory.queries import directory
from vefa.web.portal import banners, nearby, places
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.about import suggested
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.page import Step, asked, detour, onward
from vefa.web.ui.language import switching

NONE = "-"


class Same(forms.Form):
    """The number of a case nearby, or "-" for none of them."""

    case = forms.CharField(
        max_length=20,
        error_messages={"required": _("Choose one of them, or say that yours is another matter.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def same(request: HttpRequest) -> HttpResponse:
    """Offer what others reported here; whoever joins one is told with them and need not answer more."""
    answers = kept.of(request)
    if away := detour(answers, "same"):
        return away
    likely = [service.id for service in suggested(answers)]
    area = places.by_key(answers.area)
    running = banners.fitting_reports(
        service_ids=likely, area_id=area.id if area else None, point=answers.point
    )
    around = nearby.open_cases(point=answers.point, area=area, services=likely)
    if not around and not running:
        return onward(request, answers.skip("same"))
    step = Step("same", gettext("Is it one of these?"))
    form = Same(request.POST if request.method == "POST" and not switching(request) else None)
    if form.is_valid():
        chosen = form.cleaned_data["case"]
        if chosen == NONE:
            return onward(request, answers.answer("same", follows=0, incident=0).forget(*answers.skipped))
        if any(str(case.id) == chosen for case in around):
            joined = answers.answer("same", follows=int(chosen), incident=0)
            return onward(request, joined.skip("about", "questions"))
        if any(f"i{one.id}" == chosen for one in running):
            return onward(request, _among(answers, int(chosen[1:]), likely))
        form.add_error("case", _("Choose one of the list."))
    more = {
        "answers": answers,
        "around": around,
        "running": running,
        "none": NONE,
        "chosen": answers.follows,
        "joined": answers.incident,
    }
    return asked(request, step, form, more)


def _among(answers: Answers, incident_id: int, likely: list[int]) -> Answers:
    """One of many: a report of its own, with a reference of its own, about what the incident is about."""
    service = directory().services.get(banners.service_in(incident_id, likely) or 0)
    code = service.code if service else answers.service
    joined = answers.answer("same", follows=0, incident=incident_id, service=code)
    return joined.skip("about", "questions")
