"""What a service was before: every version with who and when, what it changed, and the way back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_safe

from vefa.directory import editing
from vefa.directory.access import Action
from vefa.directory.editing import NoServiceError
from vefa.directory.models import ServiceVersion
from vefa.directory.states import changes
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui import channels
from vefa.web.ui.show import show


@dataclass(frozen=True)
class Change:
    """One field that differs; `gone` and `come` are lines of a list, else the texts before and after."""

    name: str
    language: str
    gone: list[str]
    come: list[str]


@dataclass(frozen=True)
class Shown:
    """One version beside the one before it."""

    version: ServiceVersion
    by: str
    changed: list[Change]
    is_last: bool


@require_safe
@staff_only(Action.ADMINISTER)
def page(request: StaffRequest, code: str) -> HttpResponse:
    """All versions, the newest first; `?from=2&to=5` compares two of them."""
    try:
        kept = editing.history(code)
        state = editing.state_of(code)
    except NoServiceError as error:
        raise Http404 from error
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "code": code,
        "name": state["names"].get(get_language() or "en") or code,
        "versions": [_shown(kept, place) for place in range(len(kept))],
        "number": kept[0].number if kept else 0,
        "compared": _compared(request, {one.number: one for one in kept}),
    }
    return show(request, "desk/catalogue_versions.html", "compared", context)


def _shown(kept: list[ServiceVersion], place: int) -> Shown:
    one = kept[place]
    before = kept[place + 1].state if place + 1 < len(kept) else None
    by = one.by.name if one.by else gettext("the folder of the municipality")
    return Shown(one, by, told(before, one.state) if before is not None else [], place == 0)


def _compared(request: StaffRequest, kept: Mapping[int, ServiceVersion]) -> dict[str, Any] | None:
    """The two versions that were asked for; None where none were, or one is missing."""
    asked = [request.GET.get(name, "") for name in ("from", "to")]
    if not all(number.isdecimal() and len(number) < 10 for number in asked):
        return None
    first, second = (kept.get(int(number)) for number in asked)
    if first is None or second is None:
        return {"missing": True}
    return {"first": first.number, "second": second.number, "changed": told(first.state, second.state)}


def told(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Every field that differs between two states, by its name on the screen."""
    found = []
    for field, (old, new) in changes(before, after).items():
        name, _, language = field.partition(".")
        was, now = _lines(old), _lines(new)
        found.append(
            Change(
                name=str(_names().get(name, name)),
                language=str(channels.LANGUAGES.get(language, "")) if language else "",
                gone=[line for line in was if line not in now],
                come=[line for line in now if line not in was],
            )
        )
    return found


def _lines(value: Any) -> list[str]:
    if value in (None, "", [], {}):
        return []
    if isinstance(value, bool):
        return [gettext("yes") if value else gettext("no")]
    if isinstance(value, Mapping):
        return [f"{key}: {said}" for key, said in value.items()]
    if isinstance(value, list):
        return [one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in value]
    return [str(value)]


def _names() -> Mapping[str, str]:
    return {
        "names": gettext("Name"),
        "description": gettext("One sentence that explains it"),
        "explanation": gettext("What the resident is told where it is not our duty"),
        "words": gettext("Words that residents use"),
        "examples": gettext("Example messages"),
        "group": gettext("Group"),
        "remit": gettext("Whose duty"),
        "remit_by": gettext("Whose duty in single cases"),
        "agency": gettext("The other body"),
        "unit": gettext("Unit that answers"),
        "unit_kind": gettext("Where no unit is named: which sort of the place"),
        "unit_by_area": gettext("Other units in single areas"),
        "kind": gettext("Usual kind"),
        "urgency": gettext("Usual urgency"),
        "calendar": gettext("Calendar of working hours"),
        "first_answer_min": gettext("Minutes until a first answer"),
        "resolution_min": gettext("Minutes until the outcome"),
        "legal_days": gettext("Days that the law gives"),
        "legal_basis": gettext("The law"),
        "public": gettext("Its cases may stand on the public list"),
        "photo_required": gettext("Done takes a photo of the work, or words why there is none"),
        "questions": gettext("Questions of the form"),
        "retired": gettext("Out of use"),
    }
