"""In whose name an answer goes out: the choice beside the composer, and how it is told afterwards."""

from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from vefa.cases.models import Case
from vefa.dialogue.voices import name_of, voices_for
from vefa.directory.models import Staff

_CHOICE = '<label class="voice">{} <select name="voice">{}</select></label>'
_OPTION = '<option value="{}"{}>{}</option>'


def voice_choice(staff: Staff, case: Case, *, chosen: str, now: datetime) -> SafeString:
    """The names to choose between; nothing where there is only the institution's."""
    endpoint = case.conversation.endpoint if case.conversation else None
    names = voices_for(staff, endpoint, now=now, language=get_language() or "en")
    if len(names) < 2:
        return mark_safe("")
    picked = mark_safe(" selected")
    options = format_html_join(
        "", _OPTION, ((one.key, picked if one.key == chosen else "", one.name) for one in names)
    )
    return format_html(_CHOICE, gettext("In whose name?"), options)


def in_place_of(name: str, place: str) -> str:
    """Who acted, and for whom."""
    if not place:
        return name
    words = gettext("%(name)s, for %(whom)s")
    return words % {"name": name, "whom": name_of(place, get_language() or "en")}
