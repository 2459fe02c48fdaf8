"""Readers of fields that several files share."""

from datetime import time

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email

from vefa.kit.loading import Line, Reading

LONGEST_MAIL, LONGEST_URL = 254, 200


def keys_in(line: Line, name: str, sort: str, reading: Reading) -> list[str]:
    """The known keys in a field that holds several with | between."""
    keys = [key.strip() for key in reading.text(line, name).split("|") if key.strip()]
    for key in keys:
        reading.check_known(line, key, sort, at=name)
    return keys


def email(line: Line, name: str, reading: Reading) -> str:
    """An e-mail address, or nothing."""
    value = reading.text(line, name, longest=LONGEST_MAIL)
    try:
        if value:
            validate_email(value)
    except ValidationError:
        reading.refuse(line, f"“{value}” is no e-mail address.", "Correct it or leave it empty.", at=name)
    return value


def url(line: Line, name: str, reading: Reading) -> str:
    """A web address that begins with http:// or https://, or nothing."""
    value = reading.text(line, name, longest=LONGEST_URL)
    try:
        if value:
            URLValidator(schemes=["http", "https"])(value)
    except ValidationError:
        reading.refuse(line, f"“{value}” is no web address.", "Write it whole: https://…", at=name)
    return value


def clock(line: Line, name: str, reading: Reading) -> time:
    """A time of day such as "08:30"; "24:00" is midnight at the end of the day, kept as 00:00."""
    written = reading.text(line, name, required=True)
    try:
        return time.min if written == "24:00" else time.fromisoformat(written)
    except ValueError:
        if written:
            reading.refuse(line, f"“{name}” is no time of day: “{written}”.", 'Write it as "08:30".', at=name)
        return time.min
