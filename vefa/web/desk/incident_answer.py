"""The answer to all of an incident: written once in each language, looked at with its counts, then sent."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods

from vefa.cases.incidents import orders
from vefa.cases.incidents.gathering import IncidentMoveError
from vefa.cases.incidents.orders import MissingTextError, Order
from vefa.cases.models import Incident, IncidentOrder, IncidentState
from vefa.dialogue.terms import TEMPLATE
from vefa.dialogue.to_all import Share, reached
from vefa.directory.access import Action
from vefa.kit.ids import token
from vefa.web.desk import incident_words
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.incident import seen
from vefa.web.desk.incident_forms import OrderForm, texts_of
from vefa.web.ui import words
from vefa.web.ui.channels import LANGUAGES
from vefa.web.ui.show import show

ANSWERABLE = {IncidentState.RUNNING, IncidentState.ENDED}


@dataclass(frozen=True)
class Preview:
    """What one language reads, and how many people."""

    language: str
    name: str
    text: str
    count: int


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.MERGE)
def page(request: StaffRequest, incident_id: int) -> HttpResponse:
    """The sheet; it first comes back as people will read it, with how many are reached on which channel."""
    incident, now = seen(request.staff, incident_id), timezone.now()
    if incident.state not in ANSWERABLE:
        messages.info(request, gettext("Somebody was faster: look at it again."))
        return HttpResponseRedirect(reverse("desk:incident", args=[incident.pk]))
    ids = orders.ordered_ids(incident, request.staff)
    shares = reached(ids, now=now)
    form = _form(request, shares)
    ready = request.method == "POST" and form.is_valid() and request.POST.get("do") != "change"
    if ready and request.POST.get("do") == "send":
        return _send(request, incident, form)
    texts = texts_of(form.cleaned_data, "text_") if ready else {}
    context = {
        "frame": frame_of(request, now=now),
        "incident": incident,
        "title": incident_words.title(incident),
        "form": form,
        "count": len(ids),
        "texts": [form[name] for name in form.fields if name.startswith("text_")],
        "previews": _previews(texts, shares) if ready else [],
        "shares": [(share, _way(share)) for share in shares],
        "ends": ready and form.chosen()[0] == IncidentOrder.Sort.END,
    }
    status = 422 if form.is_bound and form.errors else 200
    return show(request, "desk/incident_answer.html", None, context, status=status)


def _form(request: StaffRequest, shares: Sequence[Share]) -> OrderForm:
    languages = _by_language(shares)
    if request.method != "POST":
        return OrderForm(initial={"sort": "answer", "once": token().hex}, languages=languages)
    return OrderForm(request.POST, languages=languages)


def _by_language(shares: Sequence[Share]) -> Counter[str]:
    counted: Counter[str] = Counter()
    for share in shares:
        counted[share.language] += share.count
    return counted


def _previews(texts: dict[str, str], shares: Sequence[Share]) -> list[Preview]:
    languages = _by_language(shares)
    return [
        Preview(code, str(LANGUAGES.get(code, code)), text, languages.get(code, 0))
        for code, text in texts.items()
    ]


def _way(share: Share) -> str:
    if share.way == "shown":
        return gettext("no message goes out: they read it on the page of their case")
    if share.way == TEMPLATE:
        return gettext("only with an approved text named “incident”")
    return gettext("a message goes out")


def _send(request: StaffRequest, incident: Incident, form: OrderForm) -> HttpResponse:
    sort, outcome = form.chosen()
    order = Order(
        sort=sort,
        texts=texts_of(form.cleaned_data, "text_"),
        once=form.cleaned_data["once"],
        outcome=outcome,
    )
    messages.success(request, _laid(incident, order, request, timezone.now()))
    return HttpResponseRedirect(reverse("desk:incident", args=[incident.pk]))


def _laid(incident: Incident, order: Order, request: StaffRequest, now: datetime) -> str:
    facts: dict[str, Any] = {"incident_id": incident.pk, "order": order, "by": request.staff, "now": now}
    try:
        laid = orders.lay_down(**facts)
    except MissingTextError as error:
        names = words.listed(*(str(LANGUAGES.get(code, code)) for code in error.languages))
        return gettext("Nothing was sent: there is no text in %(languages)s.") % {"languages": names}
    except IncidentMoveError:
        return gettext("Somebody was faster: look at it again.")
    count = len(laid.case_ids)
    said = ngettext(
        "%(count)s case is taken in turn in a moment; until then you can stop it.",
        "%(count)s cases are taken in turn in a moment; until then you can stop it.",
        count,
    )
    return said % {"count": words.digits(count)}
