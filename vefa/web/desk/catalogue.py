"""The catalogue of services: every group with its services, found by their words; what was changed lately."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_POST, require_safe

from vefa.directory import editing
from vefa.directory.access import Action
from vefa.directory.editing import Act, NoServiceError, StaleServiceError
from vefa.directory.models import Service
from vefa.kit.text import fold
from vefa.web.desk import catalogue_cases
from vefa.web.desk.catalogue_cases import NoTargetError
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show

# The acts that do something with the service's open cases too.
CASES: Mapping[str, Callable[[StaffRequest, str, Act], str]] = {
    "retire": catalogue_cases.retire,
    "move": catalogue_cases.move,
    "return": catalogue_cases.give_back,
}


@dataclass(frozen=True)
class Row:
    """A service in the list: its name, and who does it."""

    service: Service
    name: str
    whose: str
    retired: bool


@require_safe
@staff_only(Action.ADMINISTER)
def page(request: StaffRequest) -> HttpResponse:
    """Every service, or those in which the words of `?q=` stand: in code, name, words or explanation."""
    asked = request.GET.get("q", "").strip()[:100]
    language = get_language() or "en"
    groups = []
    for group, services in editing.catalogue():
        rows = [_row(one, language) for one in services if _fits(one, fold(asked))]
        if rows:
            groups.append((group.name(language), rows))
    context = {
        "frame": frame_of(request, now=timezone.now()),
        "groups": groups,
        "count": sum(len(rows) for _, rows in groups),
        "asked": asked,
    }
    return show(request, "desk/catalogue.html", "list", context)


@require_POST
@staff_only(Action.ADMINISTER)
def act(request: StaffRequest, code: str, name: str) -> HttpResponse:
    """Retire, with or without its cases, bring back, restore a version; the page then offers to undo it."""
    seen = request.POST.get("seen", "")
    done = Act(by=request.staff, now=timezone.now(), seen=int(seen) if seen.isdecimal() else None)
    try:
        with transaction.atomic():
            said = _do(request, code, name, done)
    except NoServiceError as error:
        raise Http404 from error
    except NoTargetError:
        messages.error(request, gettext("Choose the service to which its cases go. Nothing was changed."))
    except StaleServiceError:
        messages.error(
            request, gettext("Somebody changed this service meanwhile: look at it, then do it again.")
        )
    else:
        messages.success(request, said)
    return redirect("desk:catalogue-service", code)


def _do(request: StaffRequest, code: str, name: str, done: Act) -> str:
    """Do it; what to say of it."""
    if name in CASES:
        return CASES[name](request, code, done)
    if name == "back":
        editing.bring_back(code, done)
        return gettext("In use again.")
    number = request.POST.get("number", "")
    if name != "restore" or not number.isdecimal() or len(number) > 9:
        raise Http404
    editing.restore(code, int(number), done)
    return gettext("Restored. It is a new version; what stood there before is kept.")


def _row(service: Service, language: str) -> Row:
    whose = service.agency or service.unit
    name = whose.name(language) if whose else gettext("the office of the place")
    return Row(service, service.name(language), name, service.retired_at is not None)


def _fits(service: Service, asked: str) -> bool:
    if not asked:
        return True
    texts = [service.code, *service.names.values(), *service.description.values()]
    texts += [word for words in service.words.values() for word in words]
    return any(asked in fold(text) for text in texts)
