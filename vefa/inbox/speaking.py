"""In which language people are spoken to: as they chose by keyword, else as they were last heard.

What was heard is kept with the person, so that it counts on every channel; what a person chose, with the
conversation. Neither ever overwrites the other.
"""

from collections.abc import Mapping

from vefa.citizens.models import Citizen
from vefa.inbox import bulk
from vefa.inbox.models import Contact, Conversation
from vefa.kit.loading import LANGUAGES

_HEARD = """
UPDATE citizens_citizen AS citizen SET language = given.language
FROM (SELECT * FROM unnest(%s::bigint[], %s::text[]) AS pairs (id, language) ORDER BY id) AS given
WHERE citizen.id = given.id AND citizen.language <> given.language
"""


def known_language(conversation: Conversation) -> str:
    """What was chosen here, else what this person last wrote anywhere, else what their provider claimed.

    "" where nothing of it is known.
    """
    return conversation.language or _spoken_by(_person(conversation))


def hear(contact: Contact, language: str, *, expected: str) -> Mapping[int, str]:
    """Take note that a person surely wrote in a language: what `keep` has to write, by citizen.

    Nothing where it is known already, where it is the one `expected` of who is not known yet, and where
    somebody of us typed the words.
    """
    if contact.conversation is None or contact.details.get("taken_by"):
        return {}
    person = _person(contact.conversation)
    if (_spoken_by(person) or expected) == language:
        return {}
    person.language = language  # for what the same person says later in this batch
    return {person.pk: language}


def keep(heard: Mapping[int, str]) -> None:
    """Write what `hear` found, of a whole batch in one statement. Call it in the transaction of the work."""
    if heard:
        bulk.run(_HEARD, [list(heard), list(heard.values())])


def _person(conversation: Conversation) -> Citizen:
    """Who stands for this address, after a merge too."""
    return conversation.address.citizen.root


def _spoken_by(person: Citizen) -> str:
    return person.language if person.language in LANGUAGES else ""
