"""What a staff member hears on their own telephone: that it is linked, and what became of what they sent."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import override

from vefa.cases.models import Case
from vefa.dialogue.writing import Words, greet
from vefa.directory.models import Staff
from vefa.inbox.linking import Tried
from vefa.inbox.models import Contact, Conversation
from vefa.journal.models import Event


def answer_links(tried: Sequence[Tried], *, now: datetime) -> None:
    """Say whether the code was good."""
    said = [_about_code(one) for one in tried]
    greet(said, now=now)


def passed_on(events: Sequence[Event], now: datetime) -> None:
    """Tell whoever passed something on under which number it is kept, and whether its author hears of it."""
    wanted = [event for event in events if event.data.get("passed_on", {}).get("from")]
    if not wanted:
        return
    cases = _cases(wanted)
    said = []
    for event in wanted:
        case, told = cases.get(event.subject), event.data["passed_on"]
        contact = Contact.objects.filter(pk=event.data["contact_id"]).select_related("conversation").first()
        talk = _own_talk(contact, told["from"]) if contact else None
        if case is not None and talk is not None:
            said.append((talk, _about_case(case, told, event)))
    greet(said, now=now)


def _cases(events: Sequence[Event]) -> dict[str, Case]:
    ids = [int(event.subject.removeprefix("case:")) for event in events]
    found = Case.objects.filter(pk__in=ids).select_related("conversation__address")
    return {f"case:{one.pk}": one for one in found}


def _own_talk(contact: Contact, place: Sequence[str]) -> Conversation | None:
    """The forwarder's own conversation with this account; mail is not answered with such a note."""
    space, value = place
    if space == "email":
        return None
    talks = Conversation.objects.filter(
        endpoint_id=contact.endpoint_id, address__space=space, address__value=value
    )
    return talks.select_related("address", "endpoint").order_by("id").first()


def _about_case(case: Case, told: dict[str, object], event: Event) -> Words:
    staff = Staff.objects.filter(pk=str(told["staff_id"])).first()
    language = staff.language if staff else case.language
    address = case.conversation.address if case.conversation else None
    reached = address is not None and address.unreachable_at is None
    with override(language):
        text = _("Kept under %(reference)s: %(title)s") % {"reference": case.reference, "title": case.title}
        ending = (
            _("The sender gets our answer.")
            if reached
            else _("No message reaches the sender: tell them yourself.")
        )
    return Words(text=f"{text}\n{ending}", language=language, cause=f"event:{event.pk}:passed")


def _about_code(one: Tried) -> tuple[Conversation, Words]:
    talk = one.contact.conversation
    assert talk is not None  # who has no conversation is not asked for a code
    language = one.staff.language if one.staff else talk.language or talk.endpoint.language
    with override(language):
        if one.staff:
            text = _(
                "%(name)s, this account is linked to you. What you forward here is kept as its sender's."
            )
            text %= {"name": one.staff.name}
        elif one.unproved:
            text = _(
                "The code is good, but our mail server does not vouch for this address: nothing was linked."
                " Send it from your address at work, or over another channel."
            )
        else:
            text = _("This code is not good, or no longer. Make a new one at the desk.")
    return talk, Words(text=text, language=language, cause=f"link:{one.contact.pk}")
