"""Signing in by name and password; the code is asked for in `second_step`, guesses counted in `guessing`."""

from django import forms
from django.contrib.auth import authenticate, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from vefa.directory import trail
from vefa.directory.models import Staff
from vefa.web.desk.door import EPOCH, needs_second_factor
from vefa.web.desk.guessing import Guess
from vefa.web.ui.language import remember
from vefa.web.ui.proxies import caller, network
from vefa.web.ui.show import show

TOO_MANY_HERE = _(
    "Too many tries. Wait a quarter of an hour, or use a browser in which you have signed in before."
)
WRONG = _("Name and password do not belong together.")


class SignInForm(forms.Form):
    """Name and password."""

    username = forms.CharField(
        label=_("Name for signing in"),
        max_length=64,
        widget=forms.TextInput({"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=200,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The door of the desk."""
    form = SignInForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        guess = Guess(request, name=form.cleaned_data["username"])
        staff = _known(request, form, guess)
        if staff is not None:
            response = _enter(request, staff)
            guess.remember(response)
            return response
    status = 422 if request.method == "POST" else 200
    return show(request, "desk/sign_in.html", context={"form": form, "next": _next(request)}, status=status)


def _known(request: HttpRequest, form: SignInForm, guess: Guess) -> Staff | None:
    if not guess.allowed():
        guess.tell(now=timezone.now())
        form.add_error(None, TOO_MANY_HERE)
        return None
    words = form.cleaned_data
    staff = authenticate(request, username=words["username"], password=words["password"])
    if not isinstance(staff, Staff) or staff.retired_at is not None:
        form.add_error(None, WRONG)
        return None
    guess.was_right()
    return staff


def _enter(request: HttpRequest, staff: Staff) -> HttpResponse:
    wanted = _next(request)
    login(request, staff)
    request.session[EPOCH] = staff.session_epoch
    request.session["next"] = wanted
    owed = needs_second_factor(request, staff)
    if not owed:
        trail.signed_in(staff, near=network(caller(request)), second=False, now=timezone.now())
    response: HttpResponse = redirect("desk:second") if owed else HttpResponseRedirect(wanted)
    remember(response, staff.language)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave the desk."""
    logout(request)
    return redirect("desk:sign-in")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/desk/") else reverse("desk:queue")
