"""How an account stands, and what happened to it, in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from vefa.channels.models import Endpoint, Owner, Subscription, Template
from vefa.channels.queries import templates_of
from vefa.channels.registry import CHANNELS
from vefa.dialogue.alarm_words import advice, short, words_of
from vefa.directory.people import by_ids
from vefa.directory.queries import directory
from vefa.journal.models import Event
from vefa.journal.queries import told_of
from vefa.kit.calendars import comma
from vefa.triage.groups.sweeping import KEPT_DAYS
from vefa.web.ui.shapes import Event as Line

type Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How an account stands in a word or two; `tone` is kept, soon, late or calm, `icon` its shape."""

    words: str
    tone: str
    icon: str


@dataclass(frozen=True)
class Ill:
    """One trouble of an account, since when, and what to do."""

    words: str
    since: datetime
    advice: str


def standing(endpoint: Endpoint) -> Standing:
    """The one thing to know about it."""
    if endpoint.retired_at is not None:
        return Standing(gettext("retired"), "calm", "leave")
    if not endpoint.active:
        return Standing(gettext("waits for its keys"), "soon", "lock")
    if endpoint.alarmed_at is not None:
        codes = endpoint.health.get("troubles", {})
        words = comma(get_language() or "en").join(short(code) for code in codes)
        return Standing(words or gettext("needs a look"), "late", "late")
    if endpoint.outbound_paused:
        return Standing(gettext("sending is paused"), "soon", "paused")
    if endpoint.subscription in {Subscription.ANEW, Subscription.OFF}:
        return Standing(gettext("being set up"), "soon", "waiting")
    return Standing(gettext("works"), "kept", "kept")


def ills(endpoint: Endpoint) -> list[Ill]:
    """What is wrong with it, in whole sentences."""
    return [
        Ill(words_of(code, one["about"]), datetime.fromisoformat(one["since"]), advice(code))
        for code, one in endpoint.health.get("troubles", {}).items()
    ]


def owner_of(endpoint: Endpoint) -> str:
    """Whose account it is."""
    if endpoint.owner == Owner.UNIT:
        return unit_name(endpoint.unit_key)
    return gettext("The mayor") if endpoint.owner == Owner.MAYOR else gettext("The institution")


def unit_name(key: str) -> str:
    """A unit's name in the reader's language, or its key where it has gone."""
    language = get_language() or "en"
    return next((unit.name(language) for unit in directory().units.values() if unit.key == key), key)


@dataclass(frozen=True)
class Text:
    """A text that the provider approved or did not, and how it stands there."""

    template: Template
    standing: Standing


def texts(endpoint: Endpoint) -> list[Text]:
    """The account's texts at its provider, by name and language."""
    states = {
        "approved": Standing(gettext("approved"), "kept", "kept"),
        "pending": Standing(gettext("waits for approval"), "soon", "waiting"),
        "rejected": Standing(gettext("not approved"), "late", "failed"),
        "paused": Standing(gettext("paused by the provider"), "soon", "paused"),
        "unfit": Standing(gettext("cannot be sent from here"), "soon", "info"),
        "gone": Standing(gettext("no longer at the provider"), "calm", "leave"),
    }
    unknown = Standing(gettext("unknown"), "calm", "info")
    return [Text(one, states.get(one.status, unknown)) for one in templates_of(endpoint.pk)]


@dataclass(frozen=True)
class Erased:
    """What was erased last because its time was over: how many contacts, and when."""

    count: int
    at: datetime


def kept_days(endpoint: Endpoint) -> int:
    """For how many days it keeps what never became a case; 0: for good."""
    crowd = endpoint.channel in CHANNELS and CHANNELS[endpoint.channel].crowd
    return endpoint.retention_days or (KEPT_DAYS if crowd else 0)


def last_erased(endpoint: Endpoint) -> Erased | None:
    """The last time that something was too old."""
    told = told_of(f"talk:{endpoint.pk}", limit=1)
    return Erased(int(told[0].data.get("count", 0)), told[0].at) if told else None


def history(endpoint: Endpoint) -> list[Line]:
    """What happened to it, the last first."""
    told = told_of(f"endpoint:{endpoint.pk}")
    people = by_ids({staff_id for event in told if (staff_id := _staff_id(event))})
    return [
        Line(
            words=_words(event),
            at=event.at,
            who=people[staff_id].name if (staff_id := _staff_id(event)) in people else gettext("by itself"),
            tone=_TONES.get(event.kind, "calm"),
        )
        for event in told
    ]


def _staff_id(event: Event) -> int:
    kind, _, number = event.actor.partition(":")
    return int(number) if kind == "staff" and number.isdecimal() else 0


def _words(event: Event) -> str:
    say = _WORDS.get(event.kind)
    return say(event.data) if say else event.kind


def _changed(facts: Facts) -> str:
    names = {
        "names": gettext("names"),
        "language": gettext("language"),
        "owner": gettext("whose it is"),
        "unit_key": gettext("whose it is"),
        "default_unit_key": gettext("default unit"),
        "personal": gettext("personal or not"),
        "retention_days": gettext("how long talk is kept"),
        "opening_hours": gettext("opening hours"),
        "settings": gettext("settings"),
        "active": gettext("in use"),
    }
    told = dict.fromkeys(names.get(name, name) for name in facts.get("changes", {}))
    return gettext("Changed: %(what)s") % {"what": comma(get_language() or "en").join(told)}


_WORDS: Mapping[str, Callable[[Facts], str]] = {
    "endpoint.added": lambda _: gettext("Added"),
    "endpoint.changed": _changed,
    "endpoint.secret_entered": lambda facts: (
        gettext("Entered anew: %(secret)s") % {"secret": facts.get("secret", "")}
    ),
    "endpoint.secret_rotated": lambda _: gettext("A new secret was made; the old one stays good"),
    "endpoint.old_secret_ended": lambda _: gettext("The old secret was ended"),
    "endpoint.paused": lambda _: gettext("Sending was paused"),
    "endpoint.resumed": lambda _: gettext("Sending goes on"),
    "endpoint.retired": lambda _: gettext("Retired"),
    "endpoint.restored": lambda _: gettext("Taken back into use"),
    "endpoint.subscription_asked": lambda _: gettext("Asked to subscribe anew"),
    "endpoint.subscribed": lambda _: gettext("The provider was told where to push"),
    "endpoint.repaired": lambda _: gettext("The subscription was gone and has been repaired"),
    "endpoint.tried": lambda _: gettext("A trial message was sent"),
    "endpoint.troubled": lambda facts: words_of(facts.get("trouble", ""), facts.get("about", {})),
    "endpoint.recovered": lambda facts: (
        gettext("Over: %(trouble)s") % {"trouble": short(facts.get("trouble", ""))}
    ),
}
_TONES = {
    "endpoint.troubled": "late",
    "endpoint.recovered": "kept",
    "endpoint.repaired": "soon",
    "endpoint.subscribed": "kept",
}
