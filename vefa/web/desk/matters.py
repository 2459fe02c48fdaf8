"""Does one message name several matters? Triage proposes pieces, a clerk makes parts of them, or does not.

It has a page of its own, which the case's page loads beside the rest, so that the case itself costs nothing
more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext, ngettext
from django.views.decorators.http import require_http_methods

from vefa.cases import lifecycle
from vefa.cases.lifecycle import MoveNotAllowedError, Piece, StaleError
from vefa.cases.models import Case, State
from vefa.directory.access import Action, can
from vefa.directory.queries import directory, service_by_code
from vefa.kit.text import first_line
from vefa.triage import splitting
from vefa.web.desk import reasons
from vefa.web.desk.acts import facts_of
from vefa.web.desk.case import found_case
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui import words
from vefa.web.ui.show import show
from vefa.web.ui.typed import typed

_LONGEST = 4000  # characters of one part


@dataclass(frozen=True)
class Matter:
    """One matter as it is shown: its words, the services that it could be about, and why the first."""

    text: str
    services: Sequence[tuple[str, str]]  # code and name
    because: str
    area_id: int | None
    area: str


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.READ)
def matters(request: StaffRequest, case_id: int) -> HttpResponse:
    """What the message names; on POST the chosen ones become parts of the case."""
    found = found_case(request.staff, case_id)
    if request.method == "POST":
        return _cut(request, found)
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "case": found,
        "matters": _named(found),
        "may": can(request.staff, Action.ASSIGN),
    }
    return show(request, "desk/matters.html", "panel", context)


def _named(case: Case) -> list[Matter]:
    if case.state == State.ENDED or case.parent_id is not None:
        return []
    return [_shown(piece, case.language) for piece in splitting.parts_of(case.text, case.language)]


def _shown(piece: splitting.Piece, spoken: str) -> Matter:
    language = get_language() or "en"
    services = [service for code in piece.codes if (service := service_by_code(code)) is not None]
    area = directory().areas.get(piece.area.value) if piece.area else None
    return Matter(
        text=piece.text,
        services=[(service.code, service.name(language)) for service in services],
        because=reasons.in_words(piece.services[0].because, typed=reasons.typed_in(piece.text, spoken)),
        area_id=area.pk if area else None,
        area=area.name(language) if area else "",
    )


def _cut(request: StaffRequest, case: Case) -> HttpResponse:
    if not can(request.staff, Action.ASSIGN):
        raise PermissionDenied
    pieces = _chosen(request.POST)
    back = HttpResponseRedirect(reverse("desk:case", args=[case.pk]))
    if not pieces:
        messages.info(request, gettext("Nothing was chosen: the case stays whole."))
        return back
    facts = facts_of(request.POST, request.staff)
    try:
        with transaction.atomic():
            for number, piece in enumerate(pieces):
                version = facts["version"] if number == 0 else None
                lifecycle.part(
                    case_id=case.pk, piece=piece, by=request.staff, now=facts["now"], version=version
                )
    except (StaleError, MoveNotAllowedError):
        messages.error(
            request,
            gettext("Somebody changed this case while you were working on it. Look again, then repeat."),
        )
        return back
    made = ngettext("%(count)s part was made.", "%(count)s parts were made.", len(pieces))
    messages.success(request, made % {"count": words.digits(len(pieces))})
    return back


def _chosen(sent: QueryDict) -> list[Piece]:
    """The matters that were ticked, those with words and a service in use."""
    here, found = directory(), []
    for number in sent.getlist("cut")[: splitting.MOST]:
        text = typed(sent, f"text-{number}").strip()[:_LONGEST]
        service = service_by_code(sent.get(f"service-{number}", ""))
        area = sent.get(f"area-{number}", "")
        area_id = int(area) if area.isdecimal() and int(area) in here.areas else None
        if text and service is not None:
            found.append(Piece(title=first_line(text), text=text, service_id=service.pk, area_id=area_id))
    return found
