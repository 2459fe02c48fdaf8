"""What the variables of a phrase stand for in one listener's answer, in that listener's language."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from vefa.cases.models import Case
from vefa.dialogue.audience import Listener
from vefa.directory.queries import directory
from vefa.inbox.models import Conversation
from vefa.kit.calendars import comma, day_in_words, in_digits

_FORM = "HH:mm"


def values_for(one: Listener, *, language: str, data: Mapping[str, Any]) -> dict[str, str]:
    """Every variable that has a value; `data` is the event's.

    A listener is only ever given the number and the secret link of the listener's own case; who supports
    somebody else's case gets the public page.
    """
    here, case = directory(), one.case
    number = (case.parent or case).reference  # a part is known to its resident under the number of the whole
    with override(language):
        values = {
            "reference": _in_order(number, language),
            "service": case.service.name(language) if case.service else _("your message"),
            "place": case.place_text or (case.area.name(language) if case.area else _("the place you named")),
            "unit": case.unit.name(language) if case.unit else here.municipality.name(language),
            "due": when(case.due_at, language) if case.due_at else _("as soon as we can"),
            "name": _name(one) or _("resident"),
            "link": link(one),
            "city": here.municipality.name(language),
            "phone": _in_order(here.municipality.phone, language),
            "emergency": here.municipality.emergency_number or "112",
            "outcome": str(data.get("reason") or ""),
        }
    return values | _agency(case, language) | _said(data, language)


def values_for_stranger(conversation: Conversation, *, language: str) -> dict[str, str]:
    """What a first greeting may say: there is no case to speak of."""
    here = directory().municipality
    with override(language):
        return {
            "name": conversation.address.shown_name or _("resident"),
            "link": settings.PUBLIC_URL,
            "city": here.name(language),
            "phone": _in_order(here.phone, language),
            "emergency": here.emergency_number or "112",
        }


def link(one: Listener) -> str:
    """The address of the page on which this listener follows the matter."""
    known = one.case.parent or one.case
    if one.supporter:
        return f"{settings.PUBLIC_URL}/cases/{known.pk}"
    return f"{settings.PUBLIC_URL}/r/{known.reference}/{known.secret}"


def when(moment: datetime, language: str) -> str:
    """A moment in the municipality's zone, in the listener's calendar and digits."""
    here = directory().municipality
    local = moment.astimezone(ZoneInfo(here.timezone))
    day = day_in_words(local.date(), language=language, jalali=language == "fa" or here.calendar == "jalali")
    told = (day, format_datetime(local, _FORM, locale="en"))
    return in_digits(comma(language).join(told), language)


def _in_order(number: str, language: str) -> str:
    """A number in groups; after Persian letters its groups would else be read from the wrong end."""
    return f"\u2066{number}\u2069" if number and language == "fa" else number


def _name(one: Listener) -> str:
    return one.conversation.address.shown_name if one.conversation else ""


def _agency(case: Case, language: str) -> dict[str, str]:
    if case.agency is None:
        return {}
    return {"agency": case.agency.name(language), "agency_phone": _in_order(case.agency.phone, language)}


def _said(data: Mapping[str, Any], language: str) -> dict[str, str]:
    """What the person who acted wrote: reason, objection, question, the day that was named."""
    here = directory().municipality
    said = {name: str(data[name]) for name in ("reason", "objection", "question") if data.get(name)}
    if data.get("date"):
        day = datetime.fromisoformat(str(data["date"])).date()
        jalali = language == "fa" or here.calendar == "jalali"
        said["date"] = in_digits(day_in_words(day, language=language, jalali=jalali), language)
    if data.get("new_due_at"):
        said["due"] = when(datetime.fromisoformat(str(data["new_due_at"])), language)
    return said
