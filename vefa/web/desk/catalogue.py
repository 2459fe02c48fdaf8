"""The catalogue of services: every group with its services, found by their words; what was changed lately."""

from dataclasses import dataclass

from django.contrib import messages
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
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui.show import show


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
    """Retire, bring back, or restore the version that is named; the answer offers to undo it."""
    seen = request.POST.get("seen", "")
    done = Act(by=request.staff, now=timezone.now(), seen=int(seen) if seen.isdecimal() else None)
    try:
        _do(request, code, name, done)
    except NoServiceError as error:
        raise Http404 from error
    except StaleServiceError:
        messages.error(
            request, gettext("Somebody changed this service meanwhile: look at it, then do it again.")
        )
    else:
        said = {
            "retire": gettext("Out of use. Old cases keep it."),
            "back": gettext("In use again."),
            "restore": gettext("Restored. It is a new version; what stood there before is kept."),
        }
        messages.success(request, said[name])
    return redirect("desk:catalogue-service", code)


def _do(request: StaffRequest, code: str, name: str, done: Act) -> int:
    if name == "retire":
        return editing.retire(code, done)
    if name == "back":
        return editing.bring_back(code, done)
    number = request.POST.get("number", "")
    if name != "restore" or not number.isdecimal() or len(number) > 9:
        raise Http404
    return editing.restore(code, int(number), done)


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
