"""Change a service or add one; before it is kept, a message can be tried on what stands in the form."""

import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vefa.directory import editing
from vefa.directory.access import Action
from vefa.directory.editing import Act, NoServiceError, StaleServiceError, TakenCodeError
from vefa.directory.states import State, complete
from vefa.triage.knowledge import Draft
from vefa.web.desk.catalogue_cases import open_cases
from vefa.web.desk.catalogue_forms import (
    FactsForm,
    TextsForm,
    facts_of,
    initial_facts,
    initial_texts,
    texts_of,
)
from vefa.web.desk.catalogue_rows import Places, Questions, Remits, initial_rows, rows_of
from vefa.web.desk.catalogue_try import Tried, tried
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

WAYS = ["GET", "HEAD", "POST"]
_CODE = re.compile(r"[a-z0-9]+(?:[._-][a-z0-9]+)*")
RIGHT = Action.ADMINISTER


class CodeForm(forms.Form):
    """The code of a new service; it never changes."""

    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        help_text=_("Small Latin letters, digits and dots, such as road.pothole; it never changes."),
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_code(self) -> str:
        """It must be fit for files and addresses."""
        code = str(self.cleaned_data["code"]).strip()
        if not _CODE.fullmatch(code) or code in {"new", "try"}:
            raise forms.ValidationError(_("Only small Latin letters, digits, dots, - and _."))
        return code


@dataclass(frozen=True, kw_only=True)
class Said:
    """What the page says beside its forms."""

    trial: Tried | None = None
    notice: str = ""
    status: int = 200


@dataclass
class Sheet:
    """All forms of a service together."""

    facts: FactsForm
    texts: TextsForm
    places: Any
    remits: Any
    questions: Any
    code: CodeForm | None = None

    def is_valid(self) -> bool:
        """Whether every form is; all are looked at, so that all errors are told at once."""
        every = [self.facts, self.texts, self.places, self.remits, self.questions, self.code]
        valid = [form.is_valid() for form in every if form is not None]
        return all(valid)

    def state(self) -> dict[str, Any]:
        """What valid forms say."""
        rows = rows_of(self.places, self.remits, self.questions)
        return facts_of(self.facts.cleaned_data) | texts_of(self.texts.cleaned_data) | rows

    def wrong(self) -> list[forms.BaseForm]:
        """The forms with something to mend, for the summary above the page."""
        rows = [form for rows in (self.places, self.remits, self.questions) for form in rows]
        every = [*([self.code] if self.code else []), self.facts, self.texts, *rows]
        return [form for form in every if form.errors]


@require_http_methods(WAYS)
@staff_only(RIGHT)
def service(request: StaffRequest, code: str) -> HttpResponse:
    """The page of a service: its form, its acts, its last versions."""
    try:
        state = editing.state_of(code)
    except NoServiceError as error:
        raise Http404 from error
    if request.method != "POST":
        return _page(request, code, state, _sheet(state))
    sheet = _sheet(state, request.POST)
    if request.POST.get("do") == "try":
        trial = tried(_message(request), draft=_draft(code, request))
        return _page(request, code, state, sheet, Said(trial=trial))
    if not sheet.is_valid():
        return _page(request, code, state, sheet, Said(status=422))
    return _keep(request, code, state, sheet)


@require_http_methods(WAYS)
@staff_only(RIGHT)
def add(request: StaffRequest) -> HttpResponse:
    """A new service of the desk's own."""
    state = complete({})
    given = request.POST if request.method == "POST" else None
    sheet = _sheet(state, given)
    sheet.code = CodeForm(given)
    if given is None:
        return _page(request, "", state, sheet)
    if not sheet.is_valid():
        return _page(request, "", state, sheet, Said(status=422))
    code = sheet.code.cleaned_data["code"]
    try:
        editing.add(code, sheet.state(), Act(by=request.staff, now=timezone.now()))
    except TakenCodeError:
        sheet.code.add_error("code", gettext("There is a service of this code already, perhaps out of use."))
        return _page(request, "", state, sheet, Said(status=422))
    messages.success(request, gettext("Added. Try it: write a message below as residents would."))
    return redirect("desk:catalogue-service", code)


def _sheet(state: State, given: Any = None) -> Sheet:
    rows = initial_rows(state)
    return Sheet(
        facts=FactsForm(given, initial=initial_facts(state)),
        texts=TextsForm(given, initial=initial_texts(state)),
        places=Places(given, initial=rows["places"], prefix="places"),
        remits=Remits(given, initial=rows["remits"], prefix="remits"),
        questions=Questions(given, initial=rows["questions"], prefix="questions"),
    )


def _keep(request: StaffRequest, code: str, state: State, sheet: Sheet) -> HttpResponse:
    """Store it unless somebody was faster; nothing typed is lost."""
    seen = request.POST.get("seen", "")
    act = Act(by=request.staff, now=timezone.now(), seen=int(seen) if seen.isdecimal() else -1)
    wanted = {**sheet.state(), "retired": state["retired"]}
    before = editing.number_of(code)
    try:
        number = editing.change(code, wanted, act)
    except StaleServiceError:
        notice = gettext(
            "Somebody changed this service meanwhile. Yours stands below and is not kept yet: "
            "compare the versions, then keep it again."
        )
        return _page(request, code, state, sheet, Said(notice=notice, status=409))
    if number == before:
        messages.info(request, gettext("Nothing was different, so nothing was changed."))
    else:
        messages.success(request, gettext("Kept."))
    return redirect("desk:catalogue-service", code)


def _message(request: StaffRequest) -> str:
    return request.POST.get("message", "")[:4000]


def _draft(code: str, request: StaffRequest) -> Draft:
    said = texts_of(request.POST)
    return Draft(code=code, names=said["names"], words=said["words"])


def _page(
    request: StaffRequest,
    code: str,
    state: State,
    sheet: Sheet,
    said: Said | None = None,
) -> HttpResponse:
    said = said or Said()
    number = editing.number_of(code) if code else 0
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "code": code,
        "name": state["names"].get(get_language() or "en") or next(iter(state["names"].values()), code),
        "retired": state["retired"],
        "number": number,
        "sheet": sheet,
        "wrong": sheet.wrong() if said.status == 422 else [],
        "trial": said.trial,
        "message": _message(request) if request.method == "POST" else "",
        "notice": said.notice,
        "open_cases": open_cases(code, retired=state["retired"]) if code else None,
        "last": next(iter(editing.history(code)), None) if number > 1 else None,
    }
    partial = "tried" if said.trial is not None else None
    return show(request, "desk/catalogue_service.html", partial, context, status=said.status)
