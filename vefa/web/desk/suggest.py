"""Words that a language model suggests: a summary, a translation, a draft. A person takes them, or does not.

It stands on a page of its own, which the case's page loads beside the composer. Where the city named no model
there is no such page.
"""

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vefa.cases.models import Case
from vefa.dialogue.drafts import keep, kept
from vefa.dialogue.writing import LIMIT
from vefa.directory.access import Action
from vefa.triage.models import Suggested
from vefa.triage.suggesting import asking
from vefa.triage.suggesting.prompts import What
from vefa.web.desk.case import found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show, wants_part

ASKS = {
    What.SUMMARY: _("Summarise"),
    What.TRANSLATION: _("Translate"),
    What.DRAFT: _("Draft an answer"),
}
_NAMES = {What.SUMMARY: _("Summary"), What.TRANSLATION: _("Translation"), What.DRAFT: _("Draft of an answer")}
_SLOW = _("The language model did not answer in time.")
_NOTHING = _("The language model gave nothing that can be used.")
TROUBLES = {
    "slow": _SLOW,
    "busy": _("The language model is busy. Try again in a minute."),
    "key": _("The language model does not accept our key. Tell an administrator."),
    "absent": _("There is no language model of that name at its address. Tell an administrator."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ANSWER)
def suggest(request: StaffRequest, case_id: int) -> HttpResponse:
    """What was suggested last, and the buttons to ask; on POST a question, or its words into the answer."""
    if not asking.available():
        raise Http404
    found = found_case(request.staff, case_id)
    if request.method == "POST":
        done = _done(request, found)
        if done is not None:
            return done
    return _shown(request, found)


def _shown(request: StaffRequest, found: Case) -> HttpResponse:
    last = asking.latest(found, request.staff)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "case": found,
        "asks": list(ASKS.items()),
        "asked": request.method == "POST",  # whoever pressed the button is led to what became of it
        "suggestion": last,
        "name": _NAMES[What(last.what)] if last else "",
        "waits": last is not None and last.state in {"waiting", "asking"},
        "trouble": TROUBLES.get(last.trouble, _NOTHING) if last and last.state == "failed" else "",
        "usable": last is not None and last.state == "ready" and bool(last.text) and last.what == What.DRAFT,
    }
    return show(request, "desk/suggest.html", "panel", context)


def _done(request: StaffRequest, found: Case) -> HttpResponse | None:
    """A redirect after a form without htmx; None where the part itself is the answer."""
    wanted = request.POST.get("do", "")
    if wanted == "take":
        return _take(request, found)
    if wanted not in set(What):
        raise Http404
    what, into = What(wanted), found.language
    if what != What.DRAFT:
        into = get_language() or request.staff.language
    try:
        asking.wish(case=found, what=what, into=into, by=request.staff, now=timezone.now())
    except asking.TooManyError:
        messages.info(request, gettext("You wait for several suggestions already."))
    return None if wants_part(request) else HttpResponseRedirect(reverse("desk:suggest", args=[found.pk]))


def _take(request: StaffRequest, found: Case) -> HttpResponse:
    """The words go where the clerk writes, behind what stands there; nothing is sent."""
    last = _mine(request, found)
    now = timezone.now()
    before = kept(case_id=found.pk, staff=request.staff).get("reply", "").strip()
    text = f"{before}\n\n{last.text}" if before else last.text
    keep(case_id=found.pk, staff=request.staff, box="reply", text=text[:LIMIT], now=now)
    asking.taken(suggestion=last, now=now)
    notice = gettext("The draft stands in your answer: read it, change it, send it yourself.")
    messages.success(request, notice)
    return HttpResponseRedirect(f"{reverse('desk:case', args=[found.pk])}#answer")


def _mine(request: StaffRequest, found: Case) -> Suggested:
    last = asking.latest(found, request.staff)
    if last is None or last.state != "ready" or not last.text:
        raise Http404
    return last
