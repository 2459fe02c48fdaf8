"""Signing in: name and password, then a code. How often somebody may be wrong stands in `guessing`."""

import segno
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

from vefa.directory import second_factor
from vefa.directory.models import Staff
from vefa.directory.queries import is_loaded, municipality
from vefa.web.desk.door import EPOCH, SECOND, needs_second_factor, signed_in
from vefa.web.desk.guessing import Guess
from vefa.web.ui.language import remember
from vefa.web.ui.limiting import Limit
from vefa.web.ui.show import show

tries_of_code = Limit(times=6, window_s=900)
TOO_MANY = _("Too many tries. Wait a quarter of an hour, or ask an administrator.")
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


class CodeForm(forms.Form):
    """The code of the moment; spaces do not count."""

    code = forms.CharField(
        label=_("Code from your authenticator"),
        max_length=12,
        widget=forms.TextInput({"autocomplete": "one-time-code", "inputmode": "numeric", "dir": "ltr"}),
    )

    def clean_code(self) -> str:
        """Only the digits, from any script."""
        return "".join(str(int(char)) for char in self.cleaned_data["code"] if char.isdecimal())


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
    response: HttpResponse = (
        redirect("desk:second") if needs_second_factor(request, staff) else HttpResponseRedirect(wanted)
    )
    remember(response, staff.language)
    return response


@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The code; whoever has no second factor yet sets one up here."""
    staff = signed_in(request)
    if staff is None:
        return redirect("desk:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _code_fits(staff, form):
        request.session.cycle_key()
        request.session[SECOND] = True
        return HttpResponseRedirect(request.session.pop("next", reverse("desk:queue")))
    status = 422 if request.method == "POST" else 200
    return show(request, "desk/second.html", context={"form": form, **_setup(staff)}, status=status)


def _code_fits(staff: Staff, form: CodeForm) -> bool:
    if not tries_of_code.allows(str(staff.pk)):
        form.add_error(None, TOO_MANY)
        return False
    settle = second_factor.check_code if staff.totp_confirmed_at else second_factor.confirm
    try:
        settle(staff=staff, code=form.cleaned_data["code"], now=timezone.now())
    except second_factor.WrongCodeError:
        form.add_error("code", _("That is not the code of this moment. Wait for the next one and try again."))
        return False
    tries_of_code.clear(str(staff.pk))
    return True


def _setup(staff: Staff) -> dict[str, str]:
    """What setting up the second factor needs: a picture for the telephone, and the same as text."""
    if staff.totp_confirmed_at is not None:
        return {}
    secret = second_factor.pending(staff=staff)
    place = municipality().name(staff.language) if is_loaded() else ""
    picture = segno.make(second_factor.address(staff=staff, secret=secret, place=place), error="m")
    return {"secret": secret, "picture": picture.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")}


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Leave the desk."""
    logout(request)
    return redirect("desk:sign-in")


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe and wanted.startswith("/desk/") else reverse("desk:queue")
