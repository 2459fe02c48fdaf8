"""A further word from the page of a report: something to add, an answer, "solved" or "not solved"."""

import re
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.cases.models import State
from vefa.channels.queries import NoDoorError
from vefa.kit import ids
from vefa.web.portal import limits, photos, reports, sending, track
from vefa.web.portal.closed import unless_closed
from vefa.web.portal.report.fields import PlainField
from vefa.web.portal.reports import Mine
from vefa.web.ui.language import switching

TEXT_LIMIT = 5000
VERDICTS = ("solved", "not_solved")
_TOKEN = re.compile(r"^[A-Za-z0-9_-]{16,64}$")


class Say(forms.Form):
    """Words, photos, or a verdict; one of them is enough."""

    text = PlainField(
        label=_("Add something"),
        required=False,
        max_length=TEXT_LIMIT,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={
            "max_length": _("This is longer than %(limit_value)d letters. Shorten it, or call us.")
        },
    )
    photos = forms.Field(required=False)
    verdict = forms.CharField(required=False, max_length=12)
    token = forms.CharField(required=False, max_length=64)

    def __init__(self, *args: Any, photographed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._photographed = photographed

    def clean_token(self) -> str:
        """The token of the page, so that a second click says nothing twice."""
        token = str(self.cleaned_data["token"])
        return token if _TOKEN.match(token) else ids.secret()

    def clean(self) -> dict[str, object]:
        """Something must be said; that something is not solved needs a word about what is still wrong."""
        found: dict[str, object] = self.cleaned_data
        verdict = found.get("verdict")
        found["verdict"] = verdict if verdict in VERDICTS else ""
        said = found.get("text") or self._photographed
        if not said and "text" not in self.errors and found["verdict"] != "solved":
            self.add_error("text", _missing(str(found["verdict"])))
        return found


def _missing(verdict: str) -> str:
    if verdict == "not_solved":
        return gettext("Tell us in a few words what is still wrong, or add a photo: then we can begin again.")
    return gettext("Write something or add a photo.")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@unless_closed
def say(request: HttpRequest, reference: str, secret: str) -> HttpResponse:
    """Keep what the resident says; it reaches the case through the same door as everything else."""
    mine = reports.find(reference, secret, open_s=reports.WRITTEN_S)
    if mine is None:
        raise Http404
    if request.method != "POST":
        return redirect(mine.address())
    mine = reports.renewed(mine)
    if switching(request):
        typed = photos.asked_again(Say(initial=request.POST.dict()), request)
        return track.page(request, mine, {"form": typed})
    if not limits.may_report(request):
        return render(request, "portal/busy.html", status=429)
    given = photos.receive(request.FILES.getlist("photos"), kept=())
    form = Say(request.POST, photographed=bool(given.stored))
    for refusal in given.refused:
        form.add_error("photos", refusal)
    if not form.is_valid():
        photos.give_up(given, form)
        return track.page(request, mine, {"form": form, "wrong": True}, status=422)
    try:
        _keep(mine, form, given.stored)
    except NoDoorError:
        form.add_error(None, gettext("We cannot take reports here just now"))
        photos.give_up(given, form)
        return track.page(request, mine, {"form": form, "wrong": True}, status=503)
    return redirect(f"{mine.address()}?said={form.cleaned_data['verdict'] or 'more'}#said-notice")


def _keep(mine: Mine, form: Say, stored: photos.Photos) -> None:
    found = form.cleaned_data
    verdict = found["verdict"]
    if mine.shown is not None and mine.shown.state != State.ENDED:
        verdict = ""  # nothing to judge while it is being worked on: what was said joins the case
    report = sending.Report(
        text=found["text"] or _in_words(verdict),
        language=get_language() or "en",
        files=photos.stored(stored),
        details=_belongs_to(mine, verdict),
    )
    sending.add(report, token=found["token"], lane=f"report:{mine.reference}", now=timezone.now())


def _belongs_to(mine: Mine, verdict: str) -> dict[str, object]:
    """What the contact is about: the case, or the reference while there is none yet."""
    about: dict[str, object] = {"case": mine.case.pk} if mine.case else {"of": mine.reference}
    return {**about, "verdict": verdict} if verdict else about


def _in_words(verdict: str) -> str:
    return {"solved": gettext("It is solved."), "not_solved": gettext("It is not solved.")}.get(verdict, "")
