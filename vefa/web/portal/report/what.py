"""First page: what is the matter? Words, photos, or both."""

from dataclasses import replace
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.web.portal import limits, photos
from vefa.web.portal.closed import unless_closed
from vefa.web.portal.report import answers as kept
from vefa.web.portal.report.answers import Answers
from vefa.web.portal.report.fields import PlainField
from vefa.web.portal.report.page import Step, address_of, asked, onward
from vefa.web.ui.language import switching

TEXT_LIMIT = 5000  # characters: a long letter


class What(forms.Form):
    """What is the matter; a photo may say it as well."""

    text = PlainField(
        label=_("What is the matter?"),
        required=False,
        max_length=TEXT_LIMIT,
        help_text=_(
            "In your own words and in your own language. Please no health details or names of others."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
        error_messages={
            "max_length": _("This is longer than %(limit_value)d letters. Shorten it, or call us.")
        },
    )
    photos = forms.Field(required=False, label=_("Photos"))

    def __init__(self, *args: Any, photographed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._photographed = photographed

    def clean_text(self) -> str:
        """Words, unless a photo was given."""
        text = str(self.cleaned_data["text"])
        if not text and not self._photographed:
            raise forms.ValidationError(_("Tell us in a few words what the matter is, or add a photo."))
        return text


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unless_closed
def what(request: HttpRequest) -> HttpResponse:
    """Ask for words and photos; photos are stored at once, so that no mistake elsewhere loses them."""
    if request.method != "POST" and not kept.named(request):
        fresh = Answers(token="", key=kept.fresh_key())  # whoever comes to begin, begins a report of its own
        return redirect(address_of("what", fresh))
    answers = kept.of(request)
    if request.method != "POST":
        return _page(request, What(initial={"text": answers.text}), answers)
    if not limits.may_photograph(request):
        return render(request, "portal/busy.html", status=429)
    given = photos.receive(request.FILES.getlist("photos"), kept=answers.photos)
    answers = replace(answers, photos=photos.without(given.stored, request.POST.get("remove", "")))
    staying = switching(request) or "remove" in request.POST or "add" in request.POST
    form = What(request.POST, photographed=staying or bool(answers.photos))
    for refusal in given.refused:
        form.add_error("photos", refusal)
    if staying or not form.is_valid():
        kept.keep(request.session, answers)
        return _page(request, form, answers)
    text = form.cleaned_data["text"]
    changed = answers.forget("same", "about") if text != answers.text else answers
    return onward(request, changed.answer("what", text=text))


def _page(request: HttpRequest, form: What, answers: Answers) -> HttpResponse:
    more = {
        "answers": answers,
        "photos": photos.shown(answers.photos),
        "at_most": photos.AT_MOST,
        "begun": None if answers.begun or request.method == "POST" else kept.begun(request.session),
    }
    return asked(request, Step("what", gettext("What is the matter?")), form, more)
