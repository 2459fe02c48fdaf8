"""What is wrong with an account, in words for those who look after it, in the language of the moment."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import get_language, gettext

from vefa.dialogue.values import when
from vefa.kit.calendars import in_digits
from vefa.kit.speaking import spoken, told

type About = Mapping[str, Any]


def words_of(code: str, about: About) -> str:
    """One trouble as a whole sentence."""
    say = _WORDS.get(code)
    return say(about) if say else code


def short(code: str) -> str:
    """One trouble in two or three words, for a list."""
    return {
        "locked": gettext("keys cannot be opened"),
        "broken": gettext("does not work"),
        "unsubscribed": gettext("pushes nothing to us"),
        "stuck": gettext("answers wait"),
        "waiting": gettext("answers are held back"),
        "stumbling": gettext("does not answer"),
        "silent": gettext("unusually silent"),
        "failing": gettext("many answers fail"),
        "expiring": gettext("key ends soon"),
        "expired": gettext("key has ended"),
    }.get(code, code)


def advice(code: str) -> str:
    """What to do about it."""
    return {
        "locked": gettext("Put back the key of the installation, or enter the account's keys anew."),
        "broken": gettext("Compare the keys and settings with what the provider shows."),
        "unsubscribed": gettext("We try again by ourselves. If it lasts, subscribe from this page."),
        "stuck": gettext("Nothing is lost: the answers leave as soon as the provider takes them."),
        "waiting": gettext("Let the sending go on, or enter the keys: nothing is lost, but people wait."),
        "stumbling": gettext("Nothing is lost: what waits at the provider is fetched afterwards."),
        "silent": gettext("Write a message to the account yourself and see whether it arrives."),
        "failing": gettext("Look at the reasons under “Troubles”."),
        "expiring": gettext("Make a new key at the provider and enter it here before that day."),
        "expired": gettext("Make a new key at the provider and enter it here."),
    }.get(code, "")


def _moment(text: object) -> str:
    return when(datetime.fromisoformat(str(text)), get_language() or "en")


def _number(text: object) -> str:
    return in_digits(str(text), get_language() or "en")


def _reason(about: About) -> str:
    """What an adapter said, in the language of the moment; a provider's own words stay as they are."""
    said = about.get("said") or about.get("reason")
    if not said:
        return gettext("no reason was given")
    return spoken(said) if isinstance(said, list) else told(str(said))


def _held_back(about: About) -> str:
    if about.get("why") == "keyless":
        return gettext("Answers have been waiting since %(since)s: the account waits for its keys.")
    return gettext("Answers have been waiting since %(since)s: somebody paused the sending.")


_WORDS: Mapping[str, Callable[[About], str]] = {
    "locked": lambda _: gettext(
        "The keys of this account cannot be opened: the installation's own key changed."
    ),
    "broken": lambda about: gettext("The account does not work: %(reason)s") % {"reason": _reason(about)},
    "unsubscribed": lambda about: (
        gettext("The provider does not push messages to us: %(reason)s") % {"reason": _reason(about)}
    ),
    "stuck": lambda about: (
        gettext("Answers have been waiting since %(since)s: %(reason)s")
        % {"since": _moment(about["since"]), "reason": _reason(about)}
    ),
    "waiting": lambda about: _held_back(about) % {"since": _moment(about["since"])},
    "stumbling": lambda about: (
        gettext("The provider does not answer as it should: %(reason)s") % {"reason": _reason(about)}
    ),
    "silent": lambda about: (
        gettext("Nothing has come since %(since)s; usually about %(usual)s messages come in such a time.")
        % {"since": _moment(about["since"]), "usual": _number(about["usual"])}
    ),
    "failing": lambda about: (
        gettext("%(failed)s of %(tried)s answers of the last day did not arrive.")
        % {"failed": _number(about["failed"]), "tried": _number(about["tried"])}
    ),
    "expiring": lambda about: (
        gettext("The key to the provider ends on %(at)s.") % {"at": _moment(about["at"])}
    ),
    "expired": lambda about: (
        gettext("The key to the provider ended on %(at)s.") % {"at": _moment(about["at"])}
    ),
}
