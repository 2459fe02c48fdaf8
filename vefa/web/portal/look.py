"""Follow a report: by its reference and the last four digits of the telephone number that was given."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from vefa.kit import ids
from vefa.kit.text import digits_of
from vefa.web.portal import limits, reports
from vefa.web.portal.report.fields import PlainField
from vefa.web.ui.language import switching

DIGITS = 4


class Look(forms.Form):
    """What proves that it is yours."""

    reference = PlainField(
        label=_("Reference"),
        max_length=40,
        help_text=_("It stands on your receipt and in every message from us, such as 26-00042-8."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "class": "short"}
        ),
        error_messages={"required": _("Write the reference, such as 26-00042-8.")},
    )
    digits = PlainField(
        label=_("The last four digits of your telephone number"),
        max_length=20,
        help_text=_("Of the number that you gave us."),
        widget=forms.TextInput(
            attrs={"inputmode": "numeric", "autocomplete": "off", "dir": "ltr", "class": "short"}
        ),
        error_messages={"required": _("Write the last four digits of the telephone number that you gave.")},
    )

    def clean_reference(self) -> str:
        """In its canonical form; a mistyped digit is noticed here."""
        try:
            return ids.read_reference(self.cleaned_data["reference"])
        except ids.BadReferenceError as error:
            raise forms.ValidationError(
                _("This reference has a digit too many, too few or mistyped. It looks like 26-00042-8.")
            ) from error

    def clean_digits(self) -> str:
        """Four digits in ASCII, typed in any script; of a longer number its end."""
        found = digits_of(self.cleaned_data["digits"])
        if len(found) < DIGITS:
            raise forms.ValidationError(_("Write four digits."))
        return found[-DIGITS:]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def look(request: HttpRequest) -> HttpResponse:
    """Ask for both; whatever does not fit together gets one and the same answer."""
    if request.method != "POST" or switching(request):
        return _page(request, Look(initial=request.POST.dict()))
    form = Look(request.POST)
    if not form.is_valid():
        return _page(request, form)
    reference, digits = form.cleaned_data["reference"], form.cleaned_data["digits"]
    lookup = limits.Lookup(request, reference=reference)
    if not lookup.allowed():
        return render(request, "portal/busy.html", status=429)
    address = reports.address_by_digits(reference=reference, digits=digits)
    if address:
        lookup.was_right()
        return redirect(address)
    form.add_error(
        "reference",
        _("We find no report with this reference and these digits. Check both, or use your link."),
    )
    return _page(request, form)


def _page(request: HttpRequest, form: Look) -> HttpResponse:
    wrong = form.is_bound and bool(form.errors)
    context: dict[str, Any] = {"form": form, "wrong": wrong, "answers_form": "answers", "back": "/"}
    return render(request, "portal/look.html", context, status=422 if wrong else 200)
