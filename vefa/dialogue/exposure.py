"""What must not stand where everybody reads: secret links never, personal details where somebody insists."""

import re
from collections.abc import Iterable, Sequence

from vefa.cases.models import Case
from vefa.directory.queries import municipality
from vefa.inbox.models import Contact, Conversation
from vefa.kit.masking import IBAN, PASSPORT, personal
from vefa.kit.text import fold

_SECRET_LINK = re.compile(r"(/r/[^\s/?#]+)/[^\s/?#]+")
_MAIL = re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER = re.compile(r"(?<![\w-])\+?\d(?:[\s()./-]{0,2}\d){6,}(?![\w-])")
_WORD = re.compile(r"\w+")
_WEB = re.compile(r"https?://\S+")
_SHORTEST_NAME = 3
_LETTERED = {IBAN, PASSPORT}  # numbers that begin with letters
OPEN_WAYS = frozenset({"", "public", "thread"})  # by which an answer stands where the words stood


class ExposedError(ValueError):
    """The words would show something about a person to everybody. `found` are those places, `kinds` say what.

    secret: never to be sent; phone (any long number), iban, passport, mail, name: a person decides
    `others`: not everybody would read it, but the further people who stand behind the case
    """

    def __init__(self, found: Sequence[tuple[str, str]], *, others: bool = False) -> None:
        super().__init__(", ".join(text for _kind, text in found))
        self.found, self.others = tuple(found), others

    @property
    def final(self) -> bool:
        """Whether nobody may insist."""
        return any(kind == "secret" for kind, _text in self.found)


def is_open(conversation: Conversation | None, way: str) -> bool:
    """Whether an answer by this way is read by everybody."""
    return conversation is not None and conversation.public and way in OPEN_WAYS


def without_secrets(text: str) -> str:
    """The text with every secret link cut back to what everybody may know."""
    return _SECRET_LINK.sub(r"\1", text)


def exposed(text: str, about: Case | Contact) -> list[tuple[str, str]]:
    """What the words show about a person, in the order of their weight: kind and place.

    about  the case that they are said on; where there is none, what they answer
    """
    found = [("secret", hit[0]) for hit in _SECRET_LINK.finditer(text)]
    if not isinstance(about, Contact) and about.secret and about.secret in text:
        found = found or [("secret", about.secret)]
    found += [("mail", hit[0]) for hit in _MAIL.finditer(text)]
    found += [("phone", number) for number in _numbers(text, about)]
    found += [(one.kind, one.text) for one in personal(text) if one.kind in _LETTERED]
    folded = fold(text)
    found += [("name", name) for name in _names(about) if fold(name) in folded]
    return found


def check_public(text: str, about: Case | Contact, *, insisted: bool) -> None:
    """Raises ExposedError; `insisted`: the writer has seen the warning and means it."""
    found = exposed(text, about)
    if found and (not insisted or ExposedError(found).final):
        raise ExposedError(found)


def for_one(text: str, case: Case) -> list[tuple[str, str]]:
    """What the words hold for the one who reported alone: what `exposed` finds, or a part of their name."""
    written = set(_WORD.findall(text))
    return exposed(text, case) or [("name", name) for name in _parts_of_names(case) if name in written]


def check_others(text: str, case: Case, *, insisted: bool) -> None:
    """Raises ExposedError where these words go word for word to others who stand behind the case."""
    found = for_one(text, case)
    if found and (not insisted or ExposedError(found).final):
        raise ExposedError(found, others=True)


def _numbers(text: str, about: Case | Contact) -> Iterable[str]:
    """Numbers long enough for a telephone or an identity, but not the city's own and not the case's."""
    allowed = {_digits(municipality().phone)}
    if not isinstance(about, Contact):
        allowed.add(_digits(about.reference))
    for hit in _NUMBER.finditer(_WEB.sub(" ", text)):
        digits = _digits(hit[0])
        if not any(one and (digits.endswith(one) or one.endswith(digits)) for one in allowed):
            yield hit[0]


def _digits(text: str) -> str:
    return "".join(str(int(char)) for char in text if char.isdecimal())


def _names(about: Case | Contact) -> list[str]:
    """The person's full name and family name, as the account and the register know them."""
    return [name for name in _called(about) if len(name) >= _SHORTEST_NAME and " " in name.strip()]


def _parts_of_names(case: Case) -> list[str]:
    """Each word of these names: a greeting may hold one of them alone."""
    return [word for name in _called(case) for word in _WORD.findall(name) if len(word) >= _SHORTEST_NAME]


def _called(about: Case | Contact) -> list[str]:
    address = about.conversation.address if about.conversation else None
    return sorted({address.shown_name if address else "", about.citizen.name if about.citizen else ""})
