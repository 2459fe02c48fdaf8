"""Fourth page: how can we reach you? Everything on it may stay empty."""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.fields import MailField, PhoneField, PlainField
from vefa.web.portal.report.page import Step, asked, detour, onward
from vefa.web.ui.language import switching


class Reach(forms.Form):
    """How the city may answer."""

    phone = PhoneField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        help_text=_("Its last four digits also let you follow the report without the link."),
    )
    email = MailField(
        label=_("E-mail"), required=False, max_length=320, help_text=_("We send the answer there.")
    )
    name = PlainField(
        label=_("Name"),
        required=False,
        max_length=200,
        help_text=_("How we should address you, in any script."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def reach(request: HttpRequest) -> HttpResponse:
    """Ask for a telephone number, an e-mail address and a name; none is needed."""
    answers = kept.of(request)
    if away := detour(answers, "reach"):
        return away
    step = Step("reach", gettext("How can we reach you?"))
    if request.method != "POST" or switching(request):
        initial = request.POST.dict() if request.method == "POST" else vars(answers)
        return asked(request, step, Reach(initial=initial), {"answers": answers})
    form = Reach(request.POST)
    if not form.is_valid():
        return asked(request, step, form, {"answers": answers})
    return onward(request, answers.answer("reach", **form.cleaned_data))
