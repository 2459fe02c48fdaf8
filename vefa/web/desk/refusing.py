"""Why an answer was not sent, in the same words wherever it was written, and who was faster."""

from datetime import datetime, timedelta

from django.utils.translation import gettext

from vefa.cases.models import Case
from vefa.dialogue.approved import GapsError
from vefa.dialogue.enclosing import EnclosureError
from vefa.dialogue.exposure import ExposedError
from vefa.dialogue.models import Reply
from vefa.dialogue.phrases import UnresolvedError
from vefa.dialogue.queries import last_reply
from vefa.dialogue.terms import NotNowError
from vefa.dialogue.voices import VoiceError
from vefa.dialogue.writing import EmptyReplyError
from vefa.directory.models import Staff
from vefa.web.ui import terms, words

BLIND = timedelta(minutes=2)  # in which two people may answer without knowing of each other


class FasterError(Exception):
    """A colleague has just answered; nothing of this person's was sent."""

    def __init__(self, hers: Reply) -> None:
        super().__init__(f"reply {hers.pk} went before")
        self.hers = hers


NOT_SENT = (
    EmptyReplyError, UnresolvedError, GapsError, NotNowError, VoiceError, ExposedError, EnclosureError,
    FasterError,
)  # fmt: skip


def check_faster(case: Case, *, by: Staff, knowing: str, now: datetime) -> None:
    """Raises FasterError where a colleague answered within two minutes, unless this person has seen it.

    Call it with the case locked: of two answers at one moment the second sees the first.
    """
    last = last_reply(case, since=now - BLIND, other_than=by)
    if last is not None and knowing != str(last.pk):
        raise FasterError(last)


def why_not(error: Exception) -> str:
    """Why nothing was sent, in words."""
    if isinstance(error, ExposedError):
        return _exposed(error)
    if isinstance(error, NotNowError):
        return terms.refusal(error.code)
    if isinstance(error, EnclosureError):
        return terms.not_enclosed(error.code, name=error.name, limit=error.limit)
    if isinstance(error, VoiceError):
        return gettext("Nothing was sent: you may not answer in this name here.")
    if isinstance(error, FasterError):
        notice = gettext("%(name)s has just answered. Nothing of yours was sent; your words are kept below.")
        return notice % {"name": error.hers.staff.name if error.hers.staff else ""}
    return _unfilled(error)


def insist(error: Exception | None) -> str:
    """What the writer may say to send it all the same; "" where nobody may."""
    if not isinstance(error, ExposedError) or error.final:
        return ""
    if error.others:
        return gettext("The others may read it: choose them above, and send it as it is")
    return gettext("Everybody may read it: send it as it is")


def _unfilled(error: Exception) -> str:
    """What must be filled in first."""
    if isinstance(error, GapsError):
        names = words.listed(*error.names)
        return gettext("Nothing was sent: fill in the gaps %(names)s first.") % {"names": names}
    if isinstance(error, UnresolvedError):
        names = ", ".join("{" + name + "}" for name in error.names)
        return gettext("Nothing was sent: fill in %(names)s first.") % {"names": names}
    return gettext("Write an answer first.")


def _exposed(error: ExposedError) -> str:
    """What others would read."""
    if error.others:
        return _too_many(error)
    if error.final:
        return gettext(
            "Nothing was sent: everybody would read the secret link. Take it out, or write privately."
        )
    places = words.listed(*(text for _kind, text in error.found))
    return gettext("Nothing was sent: everybody would read %(places)s. Take it out, or write privately.") % {
        "places": places
    }


def _too_many(error: ExposedError) -> str:
    """What those who only stand behind the case would read."""
    if error.final:
        return gettext(
            "Nothing was sent: others would read the secret link. Take it out, or answer only who reported"
            " it."
        )
    places = words.listed(*(text for _kind, text in error.found))
    told = gettext(
        "Nothing was sent: others who stand behind this case would read %(places)s. Answer only who"
        " reported it, or take it out."
    )
    return told % {"places": places}
