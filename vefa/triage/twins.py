"""One public post that reached several accounts of the city: pushed to each, or copied by hand at one.

Each arrival stays at its own account as it came; whichever is handled later joins the case of the first.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from django.db import connection

from vefa.cases.models import CaseContact
from vefa.channels.models import Endpoint
from vefa.channels.port import Form
from vefa.channels.registry import channel_of
from vefa.inbox.models import Contact
from vefa.kit.saying import Sentence
from vefa.triage.matter import REMEMBERS, Known, Matter, Past

SAME_POST = "same_post"  # in the details of the later one: the contact of the first
HELD_UP_TO = 200  # posts at once: PostgreSQL has room for some thousands of such locks
_HOLD = "SELECT pg_advisory_xact_lock(post) FROM unnest(%s::bigint[]) AS post"

Post = tuple[str, str]  # the channel, and the name that the post has at every account of it


class _Place(NamedTuple):
    """At which account a post came, and the case that has it from there."""

    endpoint_id: int
    contact_id: int
    case_id: int


def post_of(contact: Contact) -> Post | None:
    """The public post that this contact is; None where it is none, or has a name at one account alone."""
    said = contact.form == Form.MESSAGE and contact.details.get("public")
    if not said or channel_of(contact.endpoint.channel).copied is None:
        return None
    return contact.endpoint.channel, contact.external_id


def hold(contacts: Sequence[Contact]) -> None:
    """Have nobody else handle the same posts before this transaction ends: to two accounts they come at once.

    No statement where none of them is such a post.
    """
    posts = {post for post in map(post_of, contacts) if post}
    if posts and len(posts) <= HELD_UP_TO and _accounts(posts):
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [sorted(map(_number, posts))])


def carried_on(past: Past, contacts: Sequence[Contact], *, now: datetime) -> Past:
    """What went before, with the cases that these conversations joined by a post of another account."""
    posts = {contact.conversation_id: post for contact in contacts if (post := post_of(contact))}
    if not _accounts(posts.values()):
        return past
    links = CaseContact.objects.filter(
        contact__conversation__in=[talk for talk in posts if talk], contact__details__has_key=SAME_POST
    )
    rows = links.filter(case__private=False).exclude(case__ended_at__lt=now - REMEMBERS)
    found = {talk: list(known) for talk, known in past.by_conversation.items()}
    for row in rows.select_related("case", "contact").defer("contact__raw"):
        case = row.case
        known = Known(
            case.pk, case.state, case.said_at, case.ended_at, case.area_id, case.urgency, case.service_id
        )
        talk = found.setdefault(row.contact.conversation_id or 0, [])
        talk.append(known)
        talk.sort(key=lambda one: (one.said_at, one.id), reverse=True)
    return replace(past, by_conversation=found)


def recognise(contacts: Sequence[Contact]) -> dict[int, Matter]:
    """By contact that it belongs to the case which the same post has from another account; each is marked.

    A case that few may see is left out: what everybody could read must not vanish in it. What somebody filed
    is theirs to decide.
    """
    open_to = [contact for contact in contacts if not contact.details.get("filed")]
    posts = {contact.pk: post for contact in open_to if (post := post_of(contact))}
    accounts = _accounts(posts.values())
    if not accounts:
        return {}
    first = _cases_of(posts.values(), accounts)
    found = {}
    for contact in open_to:
        others = first.get(posts.get(contact.pk, ("", "")), [])
        other = next((one for one in others if one.endpoint_id != contact.endpoint_id), None)
        if other:
            contact.details[SAME_POST] = other.contact_id
            because = Sentence("the same post came to another account")
            found[contact.pk] = Matter("same_case", other.case_id, because, quiet=True)
    return found


def _cases_of(posts: Iterable[Post], accounts: Mapping[str, Sequence[int]]) -> dict[Post, list[_Place]]:
    """Where each post stands, the case that it opened first; in one batch no more of it is written yet."""
    channels = {pk: channel for channel, several in accounts.items() for pk in several}
    links = CaseContact.objects.filter(
        contact__endpoint__in=list(channels),
        contact__external_id__in={name for _, name in posts},
        contact__form__in=("", Form.MESSAGE),
        case__private=False,
    )
    rows = links.order_by("-opened", "id").values_list(
        "contact__external_id", "contact__endpoint_id", "contact_id", "case_id"
    )
    found: dict[Post, list[_Place]] = defaultdict(list)
    for name, endpoint_id, contact_id, case_id in rows:
        found[channels[endpoint_id], name].append(_Place(endpoint_id, contact_id, case_id))
    return found


def _accounts(posts: Iterable[Post]) -> Mapping[str, list[int]]:
    """The accounts of the channels of these posts, where a channel has several."""
    channels = {channel for channel, _ in posts}
    found: dict[str, list[int]] = defaultdict(list)
    if channels:
        for channel, pk in Endpoint.objects.filter(channel__in=channels).values_list("channel", "id"):
            found[channel].append(pk)
    return {channel: several for channel, several in found.items() if len(several) > 1}


def _number(post: Post) -> int:
    name = "/".join(post).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(name, digest_size=8).digest(), signed=True)
