"""The second step of signing in: giving a code, and setting up the secret from which codes are made.

A new secret waits in the session until a first right code confirms it: whoever breaks off keeps the old one.
"""

from datetime import datetime
from typing import Any

import segno
from django import forms
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from vefa.directory import second_factor, trail
from vefa.directory.access import Action
from vefa.directory.models import Staff
from vefa.directory.queries import is_loaded, municipality
from vefa.kit.sealing import seal, unseal
from vefa.web.desk.door import EPOCH, SECOND, StaffRequest, needs_second_factor, signed_in, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.limiting import Limit
from vefa.web.ui.proxies import caller, network
from vefa.web.ui.show import show

tries_of_code = Limit(times=6, window_s=900)
told = Limit(times=1, window_s=900)  # the journal of one person
tries_of_password = Limit(times=6, window_s=900)  # of somebody who has signed in already
DRAWN, ALLOWED = "drawn", "drawn_until"  # the new secret, and until when it may replace one in force
ALLOWED_S = 900
PURPOSE = "vefa drawn second factor 1"
TOO_MANY = _("Too many tries. Wait a quarter of an hour, or ask an administrator.")
WRONG = _("That is not the code of this moment. Wait for the next one and try again.")


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


class RenewForm(CodeForm):
    """Who sets it up anew proves first that they are not merely at somebody's open desk."""

    field_order = ("password", "code")
    password = forms.CharField(
        label=_("Password of today"),
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._staff = staff
        if staff.totp_confirmed_at is None:
            del self.fields["code"]

    def clean_password(self) -> str:
        """It must be right."""
        check_password(self._staff, self.cleaned_data["password"])
        return str(self.cleaned_data["password"])


def check_password(staff: Staff, typed: str) -> None:
    """Whether somebody who has signed in knows their password. Raises ValidationError."""
    if not tries_of_password.allows(str(staff.pk)):
        raise forms.ValidationError(TOO_MANY)
    if not staff.check_password(typed):
        raise forms.ValidationError(_("This is not your password of today."))
    tries_of_password.clear(str(staff.pk))


@never_cache
@require_http_methods(["GET", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The code; whoever has no second factor yet sets one up here, and so does who may set it up anew."""
    staff = signed_in(request)
    if staff is None:
        return redirect("desk:sign-in")
    now, owed = timezone.now(), needs_second_factor(request, staff)
    secret = _drawn(request.session, staff, now, owed=owed)
    if not owed and not secret:
        return redirect("desk:profile")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _code_fits(staff, form, secret, near=_near(request)):
        _let_in(request, staff, now, owed=owed)
        return HttpResponseRedirect(request.session.pop("next", reverse("desk:queue")))
    status = 422 if request.method == "POST" else 200
    return show(request, "desk/second.html", context={"form": form, **_setup(staff, secret)}, status=status)


@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.READ)
def renew(request: StaffRequest) -> HttpResponse:
    """Begin the second step anew, for a new telephone: password and the code of today open the way."""
    staff, now = request.staff, timezone.now()
    form = RenewForm(request.POST if request.method == "POST" else None, staff=staff)
    if form.is_valid() and (
        staff.totp_confirmed_at is None or _code_fits(staff, form, "", near=_near(request))
    ):
        _draw(request.session)
        request.session[ALLOWED] = now.timestamp() + ALLOWED_S
        request.session["next"] = reverse("desk:profile")
        return HttpResponseRedirect(reverse("desk:second"))
    context = {"frame": frame_of(request, now=now), "form": form}
    return show(request, "desk/second_anew.html", None, context, status=422 if form.errors else 200)


def _drawn(session: SessionBase, staff: Staff, now: datetime, *, owed: bool) -> str:
    """The secret that waits to be confirmed, drawn now for who owes the step and has none; else empty."""
    if owed and staff.totp_confirmed_at is not None:
        return ""
    if not owed and session.get(ALLOWED, 0) < now.timestamp():
        return ""
    return unseal(session[DRAWN], purpose=PURPOSE) if DRAWN in session else _draw(session)


def _draw(session: SessionBase) -> str:
    secret = second_factor.draw()
    session[DRAWN] = seal(secret, purpose=PURPOSE).decode()
    return secret


def _code_fits(staff: Staff, form: CodeForm, secret: str, *, near: str) -> bool:
    now = timezone.now()
    if not tries_of_code.allows(str(staff.pk)):
        if told.allows(str(staff.pk)):
            trail.shut_out(staff.username, near=near, step="code", now=now)
        form.add_error("code", TOO_MANY)
        return False
    code = form.cleaned_data["code"]
    try:
        if secret:
            second_factor.confirm(staff=staff, secret=secret, code=code, now=now)
        else:
            second_factor.check_code(staff=staff, code=code, now=now)
    except second_factor.WrongCodeError:
        form.add_error("code", WRONG)
        return False
    tries_of_code.clear(str(staff.pk))
    return True


def _let_in(request: HttpRequest, staff: Staff, now: datetime, *, owed: bool) -> None:
    """This sign-in has its second step; where the secret is new, it alone stays of all."""
    if owed:
        trail.signed_in(staff, near=_near(request), second=True, now=now)
    for key in (DRAWN, ALLOWED):
        request.session.pop(key, None)
    request.session.cycle_key()
    request.session[EPOCH], request.session[SECOND] = staff.session_epoch, True


def _near(request: HttpRequest) -> str:
    return network(caller(request))


def _setup(staff: Staff, secret: str) -> dict[str, str]:
    """What setting up the second factor needs: a picture for the telephone, and the same as text."""
    if not secret:
        return {}
    place = municipality().name(staff.language) if is_loaded() else ""
    picture = segno.make(second_factor.address(staff=staff, secret=secret, place=place), error="m")
    return {"secret": secret, "picture": picture.svg_data_uri(scale=5, border=2, dark="#000", light="#fff")}
