"""Twilio's error codes in words, and what each asks of us (twilio.com/docs/api/errors, read 2026-11-22)."""

from dataclasses import dataclass

from vefa.kit.saying import gettext_noop


@dataclass(frozen=True)
class Meaning:
    """`kind`: "" final, "later" it may work, "repair" a person must mend it, "gone" the address is dead."""

    text: str
    kind: str = ""


_NONE = Meaning("")
_KNOWN = {
    20003: Meaning(gettext_noop("the account or its auth token is wrong"), "repair"),
    20404: Meaning(gettext_noop("the account is wrong"), "repair"),
    20429: Meaning(gettext_noop("too many requests at once"), "later"),
    20503: Meaning(gettext_noop("Twilio is down for the moment"), "later"),
    21211: Meaning(gettext_noop("the number is no telephone number"), "gone"),
    21408: Meaning(gettext_noop("this account may not send to that country"), "repair"),
    21601: Meaning(gettext_noop("our number cannot send SMS"), "repair"),
    21602: Meaning(gettext_noop("the text is empty")),
    21603: Meaning(gettext_noop("no sender is set"), "repair"),
    21606: Meaning(gettext_noop("our number does not belong to the account"), "repair"),
    21608: Meaning(gettext_noop("a trial account may write to checked numbers only"), "repair"),
    21610: Meaning(gettext_noop("the resident has written STOP to this number"), "gone"),
    21611: Meaning(gettext_noop("too much is waiting at our number"), "later"),
    21612: Meaning(gettext_noop("no way leads from our number to that one")),
    21614: Meaning(gettext_noop("the number is no mobile telephone"), "gone"),
    21617: Meaning(gettext_noop("the text is longer than 1,600 characters")),
    30001: Meaning(gettext_noop("too much was waiting at Twilio"), "later"),
    30002: Meaning(gettext_noop("the account is suspended"), "repair"),
    30003: Meaning(gettext_noop("the telephone is switched off or cannot be reached")),
    30004: Meaning(gettext_noop("the resident or the network blocks our messages")),
    30005: Meaning(gettext_noop("the number does not exist any more"), "gone"),
    30006: Meaning(gettext_noop("a landline, or a network that cannot be reached"), "gone"),
    30007: Meaning(gettext_noop("the network took it for spam")),
    30008: Meaning(gettext_noop("the network says no reason")),
    30009: Meaning(gettext_noop("a part of the message was lost")),
    30010: Meaning(gettext_noop("it would cost more than the account allows"), "repair"),
    30022: Meaning(gettext_noop("more than our number may send"), "later"),
    30034: Meaning(gettext_noop("our number is not registered for this"), "repair"),
}


def meaning(code: int) -> Meaning:
    """What a code says; one that we do not know is final and without words."""
    return _KNOWN.get(code, _NONE)
