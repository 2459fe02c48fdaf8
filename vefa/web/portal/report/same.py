"""Is it one of these? Open public cases around the place: a matter told twice becomes two voices."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.web.portal import nearby, places
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.about import suggested
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
    answers = kept.read(request.session)
    if away := detour(answers, "same"):
        return away
    around = nearby.open_cases(
        point=answers.point,
        area=places.by_key(answers.area),
        services=[service.id for service in suggested(answers)],
    )
    if not around:
        return onward(request, answers.skip("same"))
    step = Step("same", gettext("Is it one of these?"))
    form = Same(request.POST if request.method == "POST" and not switching(request) else None)
    if form.is_valid():
        chosen = form.cleaned_data["case"]
        if chosen == NONE:
            return onward(request, answers.answer("same", follows=0).forget(*answers.skipped))
        if any(str(case.id) == chosen for case in around):
            return onward(request, answers.answer("same", follows=int(chosen)).skip("about", "questions"))
        form.add_error("case", _("Choose one of the list."))
    more = {"answers": answers, "around": around, "none": NONE, "chosen": answers.follows}
    return asked(request, step, form, more)
