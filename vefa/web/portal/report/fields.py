"""Fields that take what people type: any digits, stray spaces, and nothing that a database cannot hold."""

from typing import Any

import phonenumbers
from django import forms
from django.core.validators import EmailValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from vefa.directory.queries import municipality
from vefa.web.ui.typed import TypedField
from vefa.web.ui.words import digits

LEAST_DIGITS = 7
EXAMPLE = "0532 123 45 67"  # isolated where it is shown: in Persian its groups would change places
TOO_LONG = _("This is longer than %(limit_value)d letters. Shorten it.")


class PlainField(TypedField):
    """A text of a resident; what is wrong with it is said in their digits."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs["error_messages"] = {"max_length": TOO_LONG, **kwargs.get("error_messages", {})}
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("dir", "auto")

    def run_validators(self, value: Any) -> None:
        """Raise forms.ValidationError whose limits are told in the reader's digits."""
        try:
            super().run_validators(value)
        except forms.ValidationError as error:
            raise forms.ValidationError([digits(words) for words in error.messages]) from error


class MailField(PlainField):
    """A mail address, in lower case as such addresses are compared."""

    widget = forms.TextInput(
        attrs={"type": "email", "autocomplete": "email", "dir": "ltr", "inputmode": "email"}
    )
    default_validators = [
        EmailValidator(_("An e-mail address has an @ and a name after it, such as ayse@example.com."))
    ]

    def clean(self, value: Any) -> str:
        """The address, `""` for nothing."""
        return str(super().clean(value)).lower()


class TrapField(forms.CharField):
    """Nobody sees this field, so only a machine that fills in whatever it finds would fill it in."""

    def __init__(self) -> None:
        hidden = forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"})
        super().__init__(required=False, widget=hidden)

    def clean(self, value: Any) -> str:
        """Always `""`."""
        if super().clean(value):
            raise forms.ValidationError(
                _("Leave the hidden field empty. If you did not see one, call us instead.")
            )
        return ""


class PhoneField(PlainField):
    """A telephone number in any form and any digits; kept as E.164, such as +902325550137."""

    widget = forms.TextInput(attrs={"type": "tel", "dir": "ltr", "autocomplete": "tel", "inputmode": "tel"})

    def to_python(self, value: Any) -> str:
        """The number, `""` for nothing."""
        typed = super().to_python(value)
        return dialled(typed) if typed else ""


def _complete(number: phonenumbers.PhoneNumber) -> bool:
    """Whether nothing is missing; short numbers of services cannot be called back."""
    possible = phonenumbers.is_possible_number(number)
    return possible and len(phonenumbers.national_significant_number(number).lstrip("0")) >= LEAST_DIGITS


def dialled(typed: str) -> str:
    """The E.164 form of a number as typed or dictated. Raises forms.ValidationError."""
    try:
        number = phonenumbers.parse(typed, municipality().country)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not _complete(number):
        words = gettext(
            "We cannot read this telephone number. Write it as you would dial it, such as 0532 123 45 67."
        )
        raise forms.ValidationError(words.replace(EXAMPLE, f"\u2066{EXAMPLE}\u2069"))
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def spaced(number: str) -> str:
    """An E.164 number as people read it, such as +90 532 123 45 67; "" stays ""."""
    if not number:
        return ""
    read = phonenumbers.parse(number)
    return str(phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.INTERNATIONAL))
