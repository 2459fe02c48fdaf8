"""One's own settings: language, look, keys, password, and signing out everywhere."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from vefa.calls import seats
from vefa.directory import self_care
from vefa.directory.access import Action, can
from vefa.directory.models import Staff
from vefa.web.desk.door import EPOCH, SECOND, StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.second_step import check_password
from vefa.web.ui import channels
from vefa.web.ui.language import remember
from vefa.web.ui.show import show


class LookForm(forms.Form):
    """How the desk looks and answers to keys."""

    language = forms.ChoiceField(label=_("Language of the desk"), choices=list(channels.LANGUAGES.items()))
    compact = forms.BooleanField(label=_("Narrow rows"), required=False)
    keys_off = forms.BooleanField(label=_("No single keys"), required=False)


class TelephoneForm(forms.Form):
    """Where this person answers calls."""

    extension = forms.CharField(
        label=_("Extension"),
        required=False,
        max_length=40,
        help_text=_("The number of your telephone within the house; calls that ring there are shown to you."),
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off"}),
    )
    queues = forms.CharField(
        label=_("Queues"),
        required=False,
        max_length=200,
        help_text=_("Their names at the exchange, separated by commas; Asterisk tells them itself."),
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off"}),
    )


class PasswordForm(forms.Form):
    """The old word and a new one."""

    old = forms.CharField(
        label=_("Password of today"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=_("New password"),
        strip=False,
        help_text=_("At least ten characters; a sentence is good."),
        widget=forms.PasswordInput({"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._staff = staff

    def clean_old(self) -> str:
        """It must be right."""
        check_password(self._staff, self.cleaned_data["old"])
        return str(self.cleaned_data["old"])

    def clean_new(self) -> str:
        """It must be long and not a common one."""
        validate_password(self.cleaned_data["new"], self._staff)
        return str(self.cleaned_data["new"])


@sensitive_post_parameters("old", "new")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.READ)
def profile(request: StaffRequest) -> HttpResponse:
    """The page with both forms; `form` in the POST says which one is meant."""
    staff, which = request.staff, request.POST.get("form", "")
    known = {"language": staff.language, **staff.preferences}
    look = LookForm(request.POST if which == "look" else None, initial=known, auto_id="look_%s")
    telephone = TelephoneForm(
        request.POST if which == "telephone" else None, initial=_seat(staff), auto_id="telephone_%s"
    )
    word = PasswordForm(request.POST if which == "password" else None, staff=staff, auto_id="word_%s")
    if which == "look" and look.is_valid():
        return _keep_look(request, look)
    if which == "password" and word.is_valid():
        return _change_password(request, word)
    if which == "telephone" and telephone.is_valid() and _keep_seat(request, telephone):
        return HttpResponseRedirect(reverse("desk:profile"))
    frame = frame_of(request, now=timezone.now())
    context = {
        "frame": frame,
        "look": look,
        "word": word,
        "staff": staff,
        "telephone": telephone if can(staff, Action.PRIVATE) else None,
    }
    return show(request, "desk/profile.html", None, context, status=422 if which else 200)


def _keep_look(request: StaffRequest, form: LookForm) -> HttpResponse:
    asked = form.cleaned_data
    kept = {"compact": asked["compact"], "keys_off": asked["keys_off"]}
    self_care.prefer(staff=request.staff, language=asked["language"], preferences=kept)
    messages.success(request, gettext("Kept."))
    response = HttpResponseRedirect(reverse("desk:profile"))
    remember(response, asked["language"])
    return response


def _seat(staff: Staff) -> dict[str, str]:
    seat = seats.seat_of(staff) if staff.preferences.get("telephone") else None
    return {"extension": seat.extension or "", "queues": ", ".join(seat.queues)} if seat else {}


def _keep_seat(request: StaffRequest, form: TelephoneForm) -> bool:
    """Whether the extension is theirs now."""
    asked = form.cleaned_data
    queues = asked["queues"].split(",")
    try:
        seats.claim(staff=request.staff, extension=asked["extension"], queues=queues, now=timezone.now())
    except seats.TakenError as error:
        form.add_error("extension", gettext("This extension is %(name)s's.") % {"name": error.name})
        return False
    messages.success(request, gettext("Kept."))
    return True


def _change_password(request: StaffRequest, form: PasswordForm) -> HttpResponse:
    second = request.session.get(SECOND, False)
    self_care.change_password(staff=request.staff, password=form.cleaned_data["new"], now=timezone.now())
    update_session_auth_hash(request, request.staff)
    request.session[EPOCH], request.session[SECOND] = request.staff.session_epoch, second
    messages.success(
        request, gettext("The new password counts from now on; everywhere else you are signed out.")
    )
    return HttpResponseRedirect(reverse("desk:profile"))


@require_POST
@staff_only(Action.READ)
def leave_everywhere(request: StaffRequest) -> HttpResponse:
    """End every sign-in of this person, this one too."""
    self_care.sign_out_everywhere(staff=request.staff, now=timezone.now())
    return HttpResponseRedirect(reverse("desk:sign-in"))
