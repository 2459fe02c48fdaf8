"""In whose name an answer goes out: the institution's, or the one whose account was addressed.

The history always keeps who wrote; a voice only decides under which name the resident reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from vefa.channels.models import Endpoint, Owner
from vefa.dialogue.phrases import resolved
from vefa.directory.models import Role, Staff
from vefa.directory.queries import directory
from vefa.inbox.delegating import owns, place_of, running

INSTITUTION = ""


class VoiceError(Exception):
    """This person may not speak in that name here."""


@dataclass(frozen=True)
class Voice:
    """A name to speak in: "" for the institution, "mayor", or "unit:roads"; `name` is for the reader."""

    key: str
    name: str


def voices_for(staff: Staff, endpoint: Endpoint | None, *, now: datetime, language: str) -> list[Voice]:
    """The names that this person may choose between for what came by this account, the institution first.

    Only the account's owner and delegates who may answer on it have a second one. Asks the database nothing
    where the account is the institution's.
    """
    found = [Voice(INSTITUTION, directory().municipality.name(language))]
    if endpoint is None or endpoint.owner == Owner.INSTITUTION:
        return found
    if owns(staff, endpoint) or _answers_for(staff, endpoint, now):
        key = place_of(endpoint)
        found.append(Voice(key, name_of(key, language)))
    return found


def check_voice(staff: Staff, endpoint: Endpoint | None, key: str, *, now: datetime) -> str:
    """The voice, if this person may use it here. Raises VoiceError."""
    if key not in {one.key for one in voices_for(staff, endpoint, now=now, language="en")}:
        raise VoiceError(f"{staff.username} may not speak as {key!r} here")
    return key


def name_of(key: str, language: str) -> str:
    """How a voice is called: the mayor by name, a unit, or the municipality."""
    here = directory()
    if key.startswith("unit:"):
        unit = next((one for one in here.units.values() if one.key == key.removeprefix("unit:")), None)
        return unit.name(language) if unit else here.municipality.name(language)
    if key == Owner.MAYOR:
        return _mayor() or here.municipality.name(language)
    return here.municipality.name(language)


def signed(text: str, key: str, *, language: str) -> str:
    """The text with the signature of the voice below it; the institution's answers carry none."""
    if not key or not text.strip():
        return text
    signature = "signature_mayor" if key == Owner.MAYOR else "signature_unit"
    return f"{text.strip()}\n\n{resolved(signature, language, partial(_signer, key)).text}"


def _signer(key: str, language: str, _names: Sequence[str]) -> dict[str, str]:
    return {"signer": name_of(key, language), "city": directory().municipality.name(language)}


def _answers_for(staff: Staff, endpoint: Endpoint, now: datetime) -> bool:
    """A part in this account, or in another account of the same owner."""
    same = {"endpoint__owner": endpoint.owner, "endpoint__unit_key": endpoint.unit_key}
    return running(now).filter(staff=staff, may_answer=True, **same).exists()


def _mayor() -> str:
    found = Staff.objects.filter(role=Role.MAYOR, is_active=True, retired_at=None).order_by("id")
    return found.values_list("name", flat=True).first() or ""
