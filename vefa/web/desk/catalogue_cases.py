"""What becomes of a service's open cases when it goes out of use: moved to another one, kept, given back."""

from dataclasses import dataclass, replace

from django.http import Http404
from django.urls import reverse
from django.utils.translation import get_language, gettext, ngettext

from vefa.cases import rehoming
from vefa.cases.rehoming import Moved
from vefa.directory import editing
from vefa.directory.editing import Act
from vefa.directory.models import Service, Staff
from vefa.directory.queries import directory, service_by_code
from vefa.web.desk.choices import Choices
from vefa.web.desk.choices import services as service_choices
from vefa.web.desk.door import StaffRequest
from vefa.web.ui import words

MOVE = "move"


class NoTargetError(ValueError):
    """Its cases are to be moved, and nobody said to which service in use."""


@dataclass(frozen=True, kw_only=True)
class OpenCases:
    """What the page of a service says of its open cases. `moved`: the last act; `to`: its target's name."""

    count: int
    href: str
    others: Choices
    moved: Moved | None
    to: str


def open_cases(code: str, *, retired: bool) -> OpenCases:
    """How many there are, where they stand, to what they could be moved, and what was done last."""
    service = editing.service_of(code)
    language = get_language() or "en"
    moved = rehoming.last_move(service.pk)
    target = directory().services.get(moved.to_id) if moved else None
    return OpenCases(
        count=rehoming.open_cases_of(service.pk).count(),
        href=reverse("desk:list", args=["open"], query={"service": code}),
        others=[(pk, name) for pk, name in service_choices() if pk != str(service.pk)],
        moved=moved if moved and (retired or not moved.returned or moved.left) else None,
        to=target.name(language) if target else "",
    )


def retire(request: StaffRequest, code: str, act: Act) -> str:
    """Take it out of use and do with its cases what was chosen; what to tell. Raises NoTargetError."""
    target = _target(request, code) if request.POST.get("cases") == MOVE else None
    editing.retire(code, act)
    return _moved(code, target, act) if target else gettext("Out of use. Its cases keep it.")


def move(request: StaffRequest, code: str, act: Act) -> str:
    """Move what is still open of a service that is out of use. Raises NoTargetError."""
    target = _target(request, code)
    if target is None or editing.service_of(code).retired_at is None:
        raise NoTargetError(code)
    return _moved(code, target, act)


def give_back(request: StaffRequest, code: str, act: Act) -> str:
    """Undo: the service is in use again, and its cases come back to it."""
    service = editing.service_of(code)
    count = rehoming.give_back(
        service_id=service.pk, act=request.POST.get("act", "")[:32], by=act.by, now=act.now
    )
    if not count:
        raise Http404
    editing.bring_back(code, replace(act, seen=None))
    said = ngettext(
        "In use again. %(count)s case comes back to it.",
        "In use again. %(count)s cases come back to it.",
        count,
    )
    return said % {"count": words.digits(count)}


def _target(request: StaffRequest, code: str) -> Service:
    chosen = request.POST.get("to", "")
    known = directory().services.get(int(chosen) if chosen.isdecimal() and len(chosen) < 10 else 0)
    if known is None or known.code == code or service_by_code(known.code) is None:
        raise NoTargetError(code)
    return known


def _moved(code: str, target: Service, act: Act) -> str:
    by: Staff = act.by
    service = editing.service_of(code)
    count = rehoming.move_all(service=service, to=target, by=by, now=act.now)
    said = ngettext(
        "Out of use. %(count)s case goes to “%(service)s”.",
        "Out of use. %(count)s cases go to “%(service)s”.",
        count,
    )
    return said % {"count": words.digits(count), "service": target.name(get_language() or "en")}
