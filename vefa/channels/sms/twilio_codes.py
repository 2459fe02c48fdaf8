"""Twilio's error codes in words, and what each asks of us (twilio.com/docs/api/errors, read 2026-11-22)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Meaning:
    """`kind`: "" final, "later" it may work, "repair" a person must mend it, "gone" the address is dead."""

    text: str
    kind: str = ""


_KNOWN = {
    20003: Meaning("the account or its auth token is wrong", "repair"),
    20404: Meaning("the account is wrong", "repair"),
    20429: Meaning("too many requests at once", "later"),
    20503: Meaning("Twilio is down for the moment", "later"),
    21211: Meaning("the number is no telephone number", "gone"),
    21408: Meaning("this account may not send to that country", "repair"),
    21601: Meaning("our number cannot send SMS", "repair"),
    21602: Meaning("the text is empty"),
    21603: Meaning("no sender is set", "repair"),
    21606: Meaning("our number does not belong to the account", "repair"),
    21608: Meaning("a trial account may write to checked numbers only", "repair"),
    21610: Meaning("the resident has written STOP to this number", "gone"),
    21611: Meaning("too much is waiting at our number", "later"),
    21612: Meaning("no way leads from our number to that one"),
    21614: Meaning("the number is no mobile telephone", "gone"),
    21617: Meaning("the text is longer than 1,600 characters"),
    30001: Meaning("too much was waiting at Twilio", "later"),
    30002: Meaning("the account is suspended", "repair"),
    30003: Meaning("the telephone is switched off or cannot be reached"),
    30004: Meaning("the resident or the network blocks our messages"),
    30005: Meaning("the number does not exist any more", "gone"),
    30006: Meaning("a landline, or a network that cannot be reached", "gone"),
    30007: Meaning("the network took it for spam"),
    30008: Meaning("the network says no reason"),
    30009: Meaning("a part of the message was lost"),
    30010: Meaning("it would cost more than the account allows", "repair"),
    30022: Meaning("more than our number may send", "later"),
    30034: Meaning("our number is not registered for this", "repair"),
}


def meaning(code: int) -> Meaning:
    """What a code says; one that we do not know is final and without words."""
    return _KNOWN.get(code, Meaning(""))
