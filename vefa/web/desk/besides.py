"""What a message brings along beside its words: why something is missing, what it quotes, who vouches."""

from collections.abc import Iterator

from django.utils.translation import get_language, gettext

from vefa.dialogue.exposure import without_secrets
from vefa.dialogue.queries import MOST_QUOTED
from vefa.inbox.models import Contact
from vefa.kit.calendars import comma
from vefa.kit.speaking import spoken
from vefa.web.ui.shapes import Beside, Fold

_APART = "\u2068%s\u2069"  # an address keeps its direction inside a sentence of any language


def beside(contact: Contact, *, quoted: str, private: bool) -> Beside | None:
    """Everything of the kind, None where there is nothing; addresses and signatures for who may see names."""
    mail = private and contact.endpoint.channel == "email"
    if not (mail or contact.warnings):
        return None
    found = Beside(
        warnings=[*map(spoken, contact.warnings), *(_doubts(contact) if mail else ())],
        facts=list(_facts(contact, get_language() or "en")) if mail else (),
        folds=list(_folds(contact, quoted)) if mail else (),
    )
    return found if found.warnings or found.facts or found.folds else None


def _doubts(contact: Contact) -> Iterator[str]:
    """The verdict of our own mail server where it speaks against the sender."""
    if contact.details.get("verified") is False:
        yield gettext("Our mail server does not vouch for this sender: somebody else may have written it.")


def _facts(contact: Contact, language: str) -> Iterator[str]:
    verdict = contact.details.get("verified")
    if verdict is True:
        yield gettext("Our mail server vouches for this sender.")
    elif verdict is None:
        yield gettext("Nobody vouches for this sender: the address in a mail can be made up.")
    if address := contact.details.get("reply_address"):
        said = gettext("It asks for answers at %(address)s; ours go to its sender.")
        yield said % {"address": _APART % address}
    if copies := contact.details.get("copied_to"):
        said = gettext("It went to %(addresses)s too; our answers do not.")
        yield said % {"addresses": comma(language).join(_APART % one for one in copies)}


def _folds(contact: Contact, quoted: str) -> Iterator[Fold]:
    if quoted:
        cut = "…" if len(quoted) >= MOST_QUOTED else ""
        yield Fold(label=gettext("What it quotes"), text=without_secrets(quoted)[:MOST_QUOTED] + cut)
    if signature := contact.details.get("signature"):
        yield Fold(label=gettext("Its signature"), text=without_secrets(str(signature)))
