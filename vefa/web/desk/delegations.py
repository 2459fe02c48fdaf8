"""Who may use an account in its owner's place: giving it, ending it, and what was done with it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from vefa.channels.models import Endpoint
from vefa.directory.access import Action
from vefa.directory.models import Staff
from vefa.directory.people import one_at_work, who_answer
from vefa.directory.queries import directory
from vefa.inbox import delegating, private
from vefa.inbox.delegating import Grant, NotYoursError, SpanError
from vefa.inbox.models import Delegation
from vefa.journal.models import Event
from vefa.web.desk.choices import DayField
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.desk.voicing import in_place_of
from vefa.web.ui.show import show


class GiveForm(forms.Form):
    """To whom, on which account, what, and until when."""

    account = forms.TypedChoiceField(label=_("Account"), coerce=int)
    person = forms.TypedChoiceField(label=_("To whom?"), coerce=int)
    may_answer = forms.BooleanField(label=_("May answer"), required=False, initial=True)
    may_file = forms.BooleanField(label=_("May make cases and hand on"), required=False, initial=True)
    first = DayField(label=_("From which day?"), required=False, help_text=_("Empty: from now on"))
    last = DayField(
        label=_("To which day?"), required=False, help_text=_("Empty: until you end it. Day, month, year")
    )

    def __init__(self, *args: Any, accounts: Sequence[Endpoint], by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        language = get_language() or "en"
        account, person = self.fields["account"], self.fields["person"]
        assert isinstance(account, forms.TypedChoiceField)
        assert isinstance(person, forms.TypedChoiceField)
        account.choices = [(one.pk, one.name(language)) for one in accounts]
        person.choices = [("", "—"), *((one.pk, one.name) for one in who_answer(other_than=by))]

    def grant(self, *, now: datetime) -> Grant:
        """The whole days that were named, in the municipality's zone."""
        asked = self.cleaned_data
        zone = ZoneInfo(directory().municipality.timezone)
        first, last = asked["first"], asked["last"]
        return Grant(
            from_at=datetime.combine(first, time.min, zone) if first else now,
            until=datetime.combine(last + timedelta(days=1), time.min, zone) if last else None,
            may_answer=asked["may_answer"],
            may_file=asked["may_file"],
        )


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.DELEGATE)
def page(request: StaffRequest) -> HttpResponse:
    """The accounts that one may give a part in, what is given, and what was done with it."""
    now, accounts = timezone.now(), delegating.accounts_to_give(request.staff)
    form = GiveForm(request.POST or None, accounts=accounts, by=request.staff)
    if request.method == "POST" and form.is_valid() and _given(request, form, accounts, now):
        messages.success(request, gettext("Given. You can end it here at any time."))
        return HttpResponseRedirect(reverse("desk:delegations"))
    given = delegating.delegations_of(accounts)
    context = {
        "frame": frame_of(request, now=now),
        "form": form,
        "accounts": accounts,
        "rows": [_row(one, now) for one in given],
        "acts": _acts(accounts),
    }
    return show(request, "desk/delegations.html", None, context, status=422 if form.errors else 200)


@require_POST
@staff_only(Action.DELEGATE)
def end(request: StaffRequest, delegation_id: int) -> HttpResponse:
    """Take it back at once."""
    try:
        delegating.end(delegation_id=delegation_id, by=request.staff, now=timezone.now())
    except NotYoursError as error:
        raise Http404 from error
    messages.success(request, gettext("Ended."))
    return HttpResponseRedirect(reverse("desk:delegations"))


def _given(request: StaffRequest, form: GiveForm, accounts: Sequence[Endpoint], now: datetime) -> bool:
    asked = form.cleaned_data
    endpoint = next(one for one in accounts if one.pk == asked["account"])
    person = one_at_work(asked["person"])
    if person is None:
        form.add_error("person", gettext("Nobody of this name works here any more."))
        return False
    try:
        delegating.give(endpoint=endpoint, to=person, grant=form.grant(now=now), by=request.staff, now=now)
    except SpanError:
        form.add_error("last", gettext("It would be over before it begins."))
        return False
    except NotYoursError:
        form.add_error("person", gettext("This person cannot take this account: it is their own."))
        return False
    return True


def _row(one: Delegation, now: datetime) -> Mapping[str, Any]:
    language = get_language() or "en"
    may = [gettext("reads")]
    may += [gettext("answers")] if one.may_answer else []
    may += [gettext("makes cases")] if one.may_file else []
    over = one.until is not None and one.until <= now
    return {
        "one": one,
        "account": one.endpoint.name(language),
        "may": ", ".join(may),
        "running": one.ended_at is None and not over,
        "over_at": one.ended_at or (one.until if over else None),
    }


def _acts(accounts: Sequence[Endpoint]) -> list[Mapping[str, Any]]:
    """The journal of these accounts in words, the latest first."""
    language = get_language() or "en"
    names = {one.pk: one.name(language) for one in accounts}
    events = private.acts_on(list(names))
    words = _act_names()
    people = private.people_of(events)
    return [
        {
            "at": event.at,
            "who": in_place_of(people.get(event.actor, ""), str(event.data.get("as") or "")),
            "did": words.get(event.kind, event.kind),
            "account": names.get(_number(event), ""),
            "to": people.get(f"staff:{event.data.get('staff_id')}", ""),
        }
        for event in events
        if event.kind in words
    ]


def _number(event: Event) -> int:
    return int(event.subject.partition(":")[2])


def _act_names() -> dict[str, str]:
    return {
        "delegation.given": gettext("let somebody in"),
        "delegation.ended": gettext("ended that"),
        "private.filed": gettext("made a message a case"),
        "private.kept": gettext("left a message private"),
        "private.opened_again": gettext("undid a decision"),
        "private.unanswered": gettext("an answer did not arrive"),
        "reply.written": gettext("answered"),
        "reply.taken_back": gettext("took an answer back"),
    }
