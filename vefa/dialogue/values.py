"""What the variables of a phrase stand for in one listener's answer, in that listener's language."""

from collections.abc import Callable, Container, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import override

from vefa.cases.duty import explained
from vefa.cases.models import Case
from vefa.dialogue.audience import Listener
from vefa.dialogue.phrases import VARIABLES, Resolved, resolved
from vefa.dialogue.reporters import Reporters, matter_of
from vefa.directory.queries import directory
from vefa.inbox.models import Conversation
from vefa.kit.calendars import comma, day_in_words, in_digits
from vefa.kit.masking import MAIL, MASK, PHONE, masked, personal

_FORM = "HH:mm"


def values_for(
    one: Listener, *, language: str, data: Mapping[str, Any], names: Container[str] = VARIABLES
) -> dict[str, str]:
    """Every variable of `names` that has a value; `data` is the event's, with `reporters` where many hear it.

    A listener is only ever given the number and the secret link of the listener's own case; who supports
    somebody else's case gets the public page.
    """
    with override(language):
        values = {name: value(one, language) for name, value in _VALUES.items() if name in names}
    written = _written(one, data)
    values["outcome"] = written.get("reason", "")
    return values | _agency(one.case, data, language) | written | _said(data, language)


def values_for_stranger(conversation: Conversation, *, language: str) -> dict[str, str]:
    """What a first greeting may say: there is no case to speak of."""
    here = directory().municipality
    with override(language):
        return {
            "name": conversation.address.shown_name.strip() or _("resident"),
            "link": settings.PUBLIC_URL,
            "city": here.name(language),
            "phone": _in_order(here.phone, language),
            "emergency": here.emergency_number or "112",
        }


def to_stranger(key: str, conversation: Conversation, language: str) -> Resolved:
    """What is said under a key where there is no case to speak of."""
    return resolved(key, language, lambda spoken, _names: values_for_stranger(conversation, language=spoken))


def is_other(one: Listener) -> bool:
    """Whether the words of the one who opened the case are read by somebody else, or by everybody."""
    return one.supporter or (one.conversation is not None and one.conversation.public)


def for_others(text: str) -> str:
    """A resident's words without personal data; the city's own telephone stays."""
    return masked(text, spare=[directory().municipality.phone])


def _ways(text: str) -> str:
    """How to object without personal data; any mailbox or telephone but the reporter's is where all may."""
    for found in reversed(personal(text)):
        if found.kind not in {MAIL, PHONE}:
            text = f"{text[: found.start]}{MASK}{text[found.end :]}"
    return text


def link(one: Listener) -> str:
    """The page on which this listener follows the matter; where everybody reads, the one for everybody."""
    known = one.case.parent or one.case
    if is_other(one):
        return f"{settings.PUBLIC_URL}/cases/{known.pk}"
    return f"{settings.PUBLIC_URL}/r/{known.reference}/{known.secret}"


def when(moment: datetime, language: str) -> str:
    """A moment in the municipality's zone, in the listener's calendar and digits."""
    here = directory().municipality
    jalali = language == "fa" or here.calendar == "jalali"
    minute = moment.replace(second=0, microsecond=0)
    return _when(minute, language, zone=here.timezone, jalali=jalali)


@lru_cache(1000)  # whatever arrives within a minute is promised by the same few moments
def _when(moment: datetime, language: str, *, zone: str, jalali: bool) -> str:
    local = moment.astimezone(ZoneInfo(zone))
    day = day_in_words(local.date(), language=language, jalali=jalali)
    told = (day, format_datetime(local, _FORM, locale="en"))
    return in_digits(comma(language).join(told), language)


def _in_order(number: str, language: str) -> str:
    """A number in groups; after Persian letters its groups would else be read from the wrong end."""
    return f"\u2066{number}\u2069" if number and language == "fa" else number


def _reference(one: Listener, language: str) -> str:
    """A part is known to its resident under the number of the whole."""
    return _in_order((one.case.parent or one.case).reference, language)


def _service(one: Listener, language: str) -> str:
    case = one.case
    service = directory().services.get(case.service_id or 0) or case.service
    return service.name(language) if service else _("your message")


def _place(one: Listener, language: str) -> str:
    case = one.case
    if case.place_text.strip():
        return for_others(case.place_text) if is_other(one) else case.place_text
    area = directory().areas.get(case.area_id or 0) or case.area
    return area.name(language) if area else _("the place you named")


def _unit(one: Listener, language: str) -> str:
    case = one.case
    unit = directory().units.get(case.unit_id or 0) or case.unit
    return unit.name(language) if unit else _city(one, language)


def _due(one: Listener, language: str) -> str:
    return when(one.case.due_at, language) if one.case.due_at else _("as soon as we can")


def _name(one: Listener, _language: str) -> str:
    return (one.conversation.address.shown_name.strip() if one.conversation else "") or _("resident")


def _link(one: Listener, _language: str) -> str:
    return link(one)


def _city(_one: Listener, language: str) -> str:
    return directory().municipality.name(language)


def _phone(_one: Listener, language: str) -> str:
    return _in_order(directory().municipality.phone, language)


def _emergency(_one: Listener, _language: str) -> str:
    return directory().municipality.emergency_number or "112"


_VALUES: Mapping[str, Callable[[Listener, str], str]] = {
    "reference": _reference,
    "service": _service,
    "place": _place,
    "unit": _unit,
    "due": _due,
    "name": _name,
    "link": _link,
    "city": _city,
    "phone": _phone,
    "emergency": _emergency,
}


def _agency(case: Case, data: Mapping[str, Any], language: str) -> dict[str, str]:
    """The body that has the matter; a case that follows another one's knows of it by the event alone."""
    agency = directory().agencies.get(data.get("agency_id") or case.agency_id or 0) or case.agency
    if agency is None:
        return {}
    service = directory().services.get(case.service_id or 0)
    return {
        "agency": agency.name(language),
        "agency_phone": _in_order(agency.phone, language),
        "explanation": explained(service, agency, language),
    }


def _written(one: Listener, data: Mapping[str, Any]) -> dict[str, str]:
    """What the person who acted wrote to the one whose case it is; to others without personal data."""
    words = {name: str(data.get(name) or "").strip() for name in ("reason", "objection", "question")}
    written = {name: text for name, text in words.items() if text}
    others = is_other(one) or one.follower or data.get("master_id")  # told of the case that theirs follows
    if not others:
        return written
    reporters, matter = data.get("reporters") or Reporters(), matter_of(one, data)
    bare = {name: reporters.hidden(text, matter) for name, text in written.items()}
    return {name: _ways(text) if name == "objection" else for_others(text) for name, text in bare.items()}


def _said(data: Mapping[str, Any], language: str) -> dict[str, str]:
    """The days and moments that were named."""
    here, said = directory().municipality, dict[str, str]()
    if data.get("date"):
        day = datetime.fromisoformat(str(data["date"])).date()
        jalali = language == "fa" or here.calendar == "jalali"
        said["date"] = in_digits(day_in_words(day, language=language, jalali=jalali), language)
    if data.get("opens_at"):
        said["opens"] = when(datetime.fromisoformat(str(data["opens_at"])), language)
    for name in ("was_due", "new"):  # the moment that passed, or the later one that was granted instead
        if data.get(name):
            said["due"] = when(datetime.fromisoformat(str(data[name])), language)
    return said
