"""Doing something with a case: check the form, call the one operation, come back to the page."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.views.decorators.http import require_safe

from vefa.cases import lifecycle, queries
from vefa.cases.lifecycle import Description
from vefa.cases.models import Case
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.directory.queries import service_by_code
from vefa.web.desk.case import Said, case_page, found_case
from vefa.web.desk.doings import DOINGS, REFUSALS, Facts, told
from vefa.web.desk.door import StaffRequest, post_from, staff_only
from vefa.web.desk.possible import ACTS, Act, ActForm, Shown, fill, fits, opened
from vefa.web.ui.show import show, wants_part
from vefa.web.ui.uploads import ask_for_files


@post_from("desk:case", "case_id")
@staff_only(Action.READ)
def act(request: StaffRequest, case_id: int, name: str) -> HttpResponse:
    """One act on one case. A colleague who was faster, a missing reason: the page comes back as typed."""
    found, chosen = found_case(request.staff, case_id), _allowed(request, name)
    form = chosen.form(request.POST, request.FILES, auto_id=f"{name}_%s")
    fill(chosen, form, queries.promises_of(found) if "promise" in form.fields else ())
    shown = Shown(name, form)
    if not form.is_valid():
        return _again(request, found, shown)
    try:
        DOINGS[name](found, form, facts_of(request.POST, request.staff))
    except REFUSALS as error:
        form.add_error(*told(error))
        return _again(request, found, shown)
    except (lifecycle.StaleError, lifecycle.MoveNotAllowedError) as error:
        return _too_late(request, case_id, shown, error)
    messages.success(request, gettext("Done: %(act)s") % {"act": chosen.label})
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


@require_safe
@staff_only(Action.READ)
def act_form(request: StaffRequest, case_id: int, name: str) -> HttpResponse:
    """The form of one act for a page that is open; without htmx the whole page with that form unfolded.

    It keeps the version of the page that asks: what a colleague did since is told when the form is sent.
    """
    found, chosen = found_case(request.staff, case_id), _allowed(request, name)
    if not wants_part(request):
        return HttpResponseRedirect(f"{reverse('desk:case', args=[case_id])}?act={name}#act-{name}")
    promised = queries.promises_of(found, with_extensions=False)
    possible = fits(chosen, found, promised)
    context = {
        "case": found,
        "one": opened(chosen, found, promised, shown=Shown()) if possible else ActForm(chosen),
        "version": facts_of(request.GET, request.staff)["version"] or found.version,
    }
    return show(request, "desk/act_form.html", None, context, status=200 if possible else 409)


def _allowed(request: StaffRequest, name: str) -> Act:
    """The act of that name. Raises Http404 or PermissionDenied."""
    chosen = next((one for one in ACTS if one.name == name), None)
    if chosen is None:
        raise Http404
    if not can(request.staff, chosen.action):
        raise PermissionDenied
    return chosen


def _again(request: StaffRequest, found: Case, shown: Shown) -> HttpResponse:
    """The form as it was typed; files are what no page can choose again."""
    if shown.form is not None:
        ask_for_files(request, shown.form)
    return case_page(request, found, Said(shown=shown, status=422))


def _too_late(request: StaffRequest, case_id: int, shown: Shown, error: Exception) -> HttpResponse:
    """It cannot be done, mostly since somebody was faster: what was typed stays, beside the case as it is."""
    said = Said(shown=shown, kept=_typed(shown.form), notice=_hindrance(error), status=409)
    return case_page(request, found_case(request.staff, case_id), said)


def _hindrance(error: Exception) -> str:
    if isinstance(error, lifecycle.StaleError):
        return gettext("Somebody changed this case while you were working on it. Look again, then repeat.")
    if isinstance(error, lifecycle.NotShownError):
        return told(error)[1]
    return gettext("This is not possible any more: the case stands elsewhere now.")


def _typed(form: forms.BaseForm | None) -> list[str]:
    """The sentences of a form that may not stand on the page any more."""
    cleaned = getattr(form, "cleaned_data", {})
    return [text for text in cleaned.values() if isinstance(text, str) and " " in text.strip()]


@post_from("desk:case", "case_id")
@staff_only(Action.ANSWER)
def decide(request: StaffRequest, case_id: int) -> HttpResponse:
    """Take one of the services that triage suggests."""
    found = found_case(request.staff, case_id)
    service = service_by_code(request.POST.get("service", ""))
    if service is None:
        raise Http404
    facts = facts_of(request.POST, request.staff)
    try:
        lifecycle.describe(case_id=found.pk, words=Description(service_id=service.pk), **facts)
    except lifecycle.StaleError as error:
        return _too_late(request, case_id, Shown(), error)
    return HttpResponseRedirect(reverse("desk:case", args=[case_id]))


def facts_of(sent: QueryDict, staff: Staff) -> Facts:
    """Who, when, and which version was on the screen."""
    version = sent.get("version", "")
    return {
        "by": staff,
        "now": timezone.now(),
        "version": int(version) if version.isdecimal() and len(version) < 10 else None,
    }
