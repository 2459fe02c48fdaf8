"""What the provider's rules allow at this moment for one answer, and the refusal of what they do not."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from vefa.channels.counting import used
from vefa.channels.manners import Freight, Ruled, Standing, Terms
from vefa.channels.models import Endpoint
from vefa.channels.port import Form
from vefa.channels.registry import UnknownChannelError, channel_of
from vefa.channels.sealing import UnsealableError
from vefa.dialogue.audience import is_heard_alone
from vefa.dialogue.carrying import freight_now
from vefa.dialogue.enclosing import EnclosureError, fits, house
from vefa.dialogue.models import Delivery, DeliveryState
from vefa.dialogue.parcels import Extras
from vefa.inbox.doors import adapter_of
from vefa.inbox.files import StoredFile
from vefa.inbox.models import Contact, Conversation
from vefa.inbox.reach import SILENT
from vefa.inbox.reading import no_network

TEMPLATE = "template"  # the way that needs an approved text
_COMMENTS = 20  # words that are looked at for the last comment: some only change or replace an earlier one


class NotNowError(Exception):
    """The provider's rules do not let this answer go; `code` says why (`web/ui/terms.py` has the words).

    closed, no_such_way, needs_template, too_long, buttons, place
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def rules_of(endpoint: Endpoint | None, standing: Standing) -> Terms | None:
    """The rules of this account at this moment; None where its provider has none. Asks nobody."""
    return manners_of(endpoint, standing)[0]


def manners_of(endpoint: Endpoint | None, standing: Standing) -> tuple[Terms | None, Freight | None]:
    """The rules, and what files may go now: none, or without an account whatever our own page shows."""
    if endpoint is None:
        return None, house()
    try:
        adapter = adapter_of(endpoint, no_network)
    except (UnsealableError, UnknownChannelError):
        return None, None
    terms = adapter.terms(standing) if isinstance(adapter, Ruled) else None
    return terms, freight_now(adapter, terms)


def standing_of(
    conversation: Conversation,
    contacts: Iterable[Contact],
    ours: Iterable[Delivery],
    *,
    now: datetime,
) -> Standing:
    """Where a conversation stands, from what was said in it and what we answered there."""
    said = [one for one in contacts if one.conversation_id == conversation.pk and one.form not in SILENT]
    last = max(said, key=_moment, default=None)
    heard_at = _heard_at(conversation, said)
    after = [
        (one.reply.written_at, one.reply.way)
        for one in ours
        if one.conversation_id == conversation.pk
        and one.state != DeliveryState.TAKEN_BACK
        and (heard_at is None or one.reply.written_at >= heard_at)
    ]
    return Standing(
        now=now,
        heard_at=heard_at,
        thread=conversation.thread,
        public=bool(last and last.details.get("public")),
        group=bool(last and last.details.get("group")),
        address=conversation.address.value,
        alone=is_heard_alone(conversation),
        own_written_at=tuple(at for at, _way in sorted(after)),
        own_ways=tuple(way for _at, way in sorted(after)),
    )


def _heard_at(conversation: Conversation, said: Collection[Contact]) -> datetime | None:
    """The last word; where it is a comment, the last that still stands: changing it makes no new one.

    What was said since on another matter, and stands not among these, counts too.
    """
    last = conversation.last_contact_at
    known = [_moment(one)[0] for one in said]
    if not _under_comments(conversation) or last is None or last > max(known, default=last):
        return last
    made = [_moment(one)[0] for one in said if one.form == Form.MESSAGE and one.deleted_at is None]
    return max(made, default=last)


def _under_comments(conversation: Conversation) -> bool:
    return conversation.public and channel_of(conversation.endpoint.channel).comments


def _moment(one: Contact) -> tuple[datetime, int]:
    return one.said_at or one.received_at, one.pk


def manners_now(
    conversation: Conversation | None, endpoint: Endpoint | None, *, now: datetime
) -> tuple[Terms | None, Freight | None]:
    """Rules and files at the moment of writing: everything in the conversation counts, two statements.

    No rules without a conversation, and where the account has none; then nothing is read.
    """
    plain = manners_of(endpoint, Standing(now=now))
    if conversation is None or plain[0] is None:
        return plain
    spoken = Contact.objects.filter(conversation=conversation).exclude(form__in=[str(one) for one in SILENT])
    most = _COMMENTS if _under_comments(conversation) else 1
    latest = list(spoken.order_by("-said_at", "-sequence", "-id").defer("raw", "html", "quoted")[:most])
    ours = Delivery.objects.filter(conversation=conversation).select_related("reply")
    if heard_at := _heard_at(conversation, latest):
        ours = ours.filter(reply__written_at__gte=heard_at)
    return manners_of(endpoint, standing_of(conversation, latest, ours, now=now))


def way_of(way: str, terms: Terms | None) -> str:
    """The way that is meant: where none is named, the usual one."""
    if terms is None or way or not terms.ways:
        return way
    return terms.ways[0]


def check(text: str, *, way: str, extras: Extras | None, terms: Terms | None) -> None:
    """Raises NotNowError for what may not go."""
    if terms is None:
        return
    extras = extras or Extras()
    if not terms.ways:
        raise NotNowError("closed")
    if way not in terms.ways:
        raise NotNowError("no_such_way")
    if way == TEMPLATE:
        if extras.template is None:
            raise NotNowError("needs_template")
        return
    if terms.length and used(text, terms) > terms.length:
        raise NotNowError("too_long")
    _check_extras(extras, terms)


def check_files(enclosed: Sequence[StoredFile], *, way: str, freight: Freight | None) -> None:
    """Raises EnclosureError for files that may not go."""
    if enclosed and way == TEMPLATE:
        raise EnclosureError("template")
    if enclosed and (freight is None or not fits(enclosed, freight)):
        raise EnclosureError("none")


def _check_extras(extras: Extras, terms: Terms) -> None:
    fits = all(0 < len(one) <= terms.button_length for one in extras.buttons)
    if extras.buttons and (len(extras.buttons) > terms.buttons or not fits):
        raise NotNowError("buttons")
    if extras.place and not terms.places:
        raise NotNowError("place")
