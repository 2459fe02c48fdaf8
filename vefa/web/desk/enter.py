"""A new case by hand: what somebody said on the telephone, at the counter, in a letter or a meeting."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vefa.channels.queries import NoDoorError, door_of
from vefa.directory.access import Action, can
from vefa.directory.queries import directory
from vefa.inbox import files, intake, numbers
from vefa.inbox.files import StoredFile
from vefa.inbox.intake import Accepted, Incoming
from vefa.kit import ids
from vefa.web.desk import call_entry, incident_words
from vefa.web.desk.call_entry import Caller
from vefa.web.desk.choices import areas, services
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.enter_beside import Typed, beside, joined, service_in, storms
from vefa.web.desk.framing import frame_of
from vefa.web.desk.unkept import why_not
from vefa.web.ui import channels
from vefa.web.ui.show import show
from vefa.web.ui.typed import TypedField
from vefa.web.ui.uploads import FilesField, ask_for_files

BY_HAND = ("phone", "counter", "letter", "meeting", "headman")


class EnterForm(forms.Form):
    """Everything on one page, in the order in which people tell it."""

    channel = forms.ChoiceField(
        label=_("How did it come?"),
        choices=[(key, channels.CHANNELS[key][1]) for key in BY_HAND],
        widget=forms.RadioSelect,
        initial="phone",
    )
    text = TypedField(
        label=_("What do they say?"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 5, "dir": "auto", "autofocus": True}),
    )
    place_text = forms.CharField(
        label=_("Where is it?"), required=False, max_length=400, help_text=_("Street, number, landmark")
    )
    area = forms.TypedChoiceField(
        label=_("Area"), choices=areas, coerce=int, empty_value=None, required=False
    )
    service = forms.TypedChoiceField(
        label=_("Service"), choices=services, coerce=int, empty_value=None, required=False
    )
    name = forms.CharField(label=_("Who is it?"), required=False, max_length=200)
    phone = forms.CharField(
        label=_("Telephone"),
        required=False,
        max_length=40,
        widget=forms.TextInput({"type": "tel", "dir": "ltr"}),
    )
    email = forms.EmailField(label=_("E-mail"), required=False)
    language = forms.ChoiceField(label=_("Language of the answer"), choices=list(channels.LANGUAGES.items()))
    line = forms.TypedChoiceField(label=_("Whose line?"), coerce=int, empty_value=None, required=False)
    scan = FilesField(label=_("Photo or scan"), required=False, help_text=_("Several pages are welcome."))
    token = forms.UUIDField(widget=forms.HiddenInput)
    call = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if lines := call_entry.lines(get_language() or "en"):
            self.fields["line"].choices = [("", "—"), *lines]  # type: ignore[attr-defined]  # a choice field
        else:
            del self.fields["line"]
        if self.data.get("spot"):  # the subject alone is counted; words are welcome
            self.fields["text"].required, self.fields["service"].required = False, True
        if joined(_number(self.data.get("incident", ""))):  # one of many: what it is about is known
            self.fields["text"].required = False


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def enter(request: StaffRequest) -> HttpResponse:
    """The page for a new case, and its keeping. Pressing twice keeps one."""
    now = timezone.now()
    caller = call_entry.caller_of(request.staff, request, now=now)
    form = _form(request, caller)
    looks = request.method == "POST" and "look" in request.POST  # without scripts: what stands beside it
    if request.method == "POST" and not looks and form.is_valid():
        try:
            accepted = _accept(request, form.cleaned_data, caller, now)
        except files.RefusedFileError:
            form.add_error("scan", gettext("We do not keep this file: too large, empty, or of another type."))
        except (files.NoRoomError, NoDoorError) as error:
            form.add_error(None, why_not(error))
        else:
            intake.wake()
            return _entered(request, accepted, caller)
    if form.errors:
        ask_for_files(request, form)
    elif looks and request.FILES:
        messages.warning(request, gettext("Choose the files again."))
    context = {"form": form, "frame": frame_of(request, now=now), **_hinted(request, caller)}
    return show(request, "desk/enter.html", None, context, status=422 if form.errors else 200)


def _form(request: StaffRequest, caller: Caller) -> EnterForm:
    """The form as it was sent; after a look at what stands beside it, as it was typed and without faults."""
    initial = _initial(request) | caller.initial
    if "look" in request.POST:
        form = EnterForm(initial=initial | request.POST.dict())
    else:
        form = EnterForm(request.POST or None, request.FILES or None, initial=initial)
    if caller.call and caller.matters:  # first one key says what it is about, then t begins to write
        form.fields["text"].widget.attrs |= {"autofocus": False, "data-keys": "t"}
    return form


def _entered(request: StaffRequest, accepted: Accepted, caller: Caller) -> HttpResponse:
    """Where the writing goes on: the number to tell, the case that it was about, or the calls."""
    if accepted.reference:
        said = gettext("Kept under %(reference)s. It stands in the lists in a moment.")
        messages.success(request, said % {"reference": accepted.reference})
        wanted = _number(request.POST.get("incident", ""))
        told = {"incident": wanted, "to": request.POST.get("language", "")} if joined(wanted) else {}
        if wanted and not told:
            messages.info(request, gettext("The incident is over by now: this case stands for itself."))
        return HttpResponseRedirect(reverse("desk:entered", args=[accepted.reference], query=told))
    if request.POST.get("spot"):
        messages.success(request, gettext("Counted as answered on the spot."))
        return HttpResponseRedirect(
            reverse("desk:calls" if can(request.staff, Action.PRIVATE) else "desk:enter")
        )
    messages.success(request, gettext("Kept with the case; it stands there in a moment."))
    return HttpResponseRedirect(reverse("desk:case", args=[caller.about]))


@require_GET
@staff_only(Action.ENTER)
def entered(request: StaffRequest, reference: str) -> HttpResponse:
    """The number to tell, large enough to read aloud; printed as a slip. And what is said of the incident."""
    wanted = _number(request.GET.get("incident", ""))
    context = {
        "reference": reference,
        "storm": next((one for one in storms(request.GET.get("to", "")) if one.id == wanted), None),
        "frame": frame_of(request, now=timezone.now()),
    }
    return show(request, "desk/entered.html", None, context)


@require_POST
@staff_only(Action.ENTER)
def hints(request: StaffRequest) -> HttpResponse:
    """While somebody types: services that fit, whose duty, people of that number or name, what is known.

    Nothing is changed; what a caller says comes in the body, because proxies keep addresses in their logs.
    """
    caller = call_entry.caller_of(request.staff, request, now=timezone.now())
    return show(request, "desk/enter.html", "hints", _hinted(request, caller))


def _hinted(request: StaffRequest, caller: Caller) -> dict[str, Any]:
    asked = request.POST or request.GET
    typed = _typed(asked, str(caller.initial.get("language", "")))
    return {"beside": beside(request.staff, typed), "caller": caller}


def _typed(asked: QueryDict, language: str) -> Typed:
    spoken = asked.get("language", language)
    return Typed(
        text=asked.get("text", "")[:4000],
        place_text=asked.get("place_text", "")[:400],
        phone=asked.get("phone", "")[:40],
        name=asked.get("name", "")[:200],
        language=spoken if spoken in channels.LANGUAGES else "",
        service=_number(asked.get("service", "")),
        area=_number(asked.get("area", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


def _initial(request: StaffRequest) -> dict[str, Any]:
    default = "headman" if request.staff.role == "headman" else "phone"
    return {
        "token": uuid4(),
        "channel": request.GET.get("channel", default),
        "phone": request.GET.get("phone", ""),
        "call": request.GET.get("call", ""),
        "language": directory().municipality.default_language,
    }


def _accept(request: StaffRequest, asked: dict[str, Any], caller: Caller, now: datetime) -> Accepted:
    known = directory()
    service = known.services.get(asked["service"] or 0)
    spot = bool(request.POST.get("spot"))
    incident = joined(_number(request.POST.get("incident", "")))
    caller = replace(caller, about=0) if incident else caller  # who joins has a report of their own
    new = not spot and not caller.about
    line = asked.get("line")
    code = service.code if service else ""
    if incident is not None:
        code = code or service_in(incident, _typed(request.POST, ""))
        asked = asked | {"text": asked["text"] or incident_words.title(incident)}
    details = {
        "service": code,
        "area_id": asked["area"],
        "place_text": asked["place_text"],
        "taken_by": request.staff.pk,
        "incident": incident.id if incident else None,
        **call_entry.details(caller, channel=asked["channel"], spot=spot, line=line),
    }
    return intake.accept(
        [
            Incoming(
                endpoint_id=door_of(asked["channel"]),
                external_id=f"desk:{asked['token']}",
                lane="",
                raw=_sheet(asked, now),
                received_at=now,
                reference=numbers.draw(1, at=now)[0] if new else None,
                secret=ids.secret() if new else "",
                details={name: value for name, value in details.items() if value or name == "telephone"},
                files=_scan(asked),
            )
        ]
    )[0]


def _sheet(asked: dict[str, Any], now: datetime) -> bytes:
    names = ("text", "language", "place_text", "name", "phone", "email")
    sheet = {name: asked[name] for name in names} | {"said_at": now.isoformat()}
    return json.dumps(sheet, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def _scan(asked: dict[str, Any]) -> tuple[StoredFile, ...]:
    """The pages on disk, under names that nobody outside could choose."""
    limit = settings.UPLOAD_LIMIT_MB * 1024 * 1024
    return tuple(files.store(one.chunks(), name=one.name, limit_bytes=limit) for one in asked["scan"])
