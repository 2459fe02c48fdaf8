"""What the Cloud API's own error codes mean: which pass with time, which need a person, which are final.

https://developers.facebook.com/docs/whatsapp/cloud-api/support/error-codes, read in November 2026. The words
are English msgids: the desk says them in the reader's language.
"""

from collections.abc import Mapping

from vefa.channels.graph.codes import Refused
from vefa.channels.port import BusyError, RejectedError, SendError
from vefa.kit.saying import gettext_noop

REPAIR_PAUSE_S = 300
BLOCKED_PAUSE_S = 3600  # nothing that we do shortens it
PAIR_PAUSE_S = 6

_BUSY: Mapping[int, tuple[str, float]] = {
    130429: (gettext_noop("WhatsApp asks for patience: too many messages in a moment"), 5),
    131048: (gettext_noop("WhatsApp holds messages back because people reported some as unwanted"), 600),
    131057: (gettext_noop("WhatsApp is working on this number"), 60),
    131000: (gettext_noop("WhatsApp stumbled"), 0),
    131016: (gettext_noop("WhatsApp is overloaded"), 0),
    133004: (gettext_noop("WhatsApp is overloaded"), 0),
}
_REPAIR: Mapping[int, tuple[str, float]] = {
    0: (gettext_noop("the access token is refused: give a new one"), REPAIR_PAUSE_S),
    3: (gettext_noop("the access token lacks a right: grant it in the app's settings"), REPAIR_PAUSE_S),
    10: (gettext_noop("the access token lacks a right: grant it in the app's settings"), REPAIR_PAUSE_S),
    33: (gettext_noop("this number was deleted at WhatsApp"), REPAIR_PAUSE_S),
    190: (gettext_noop("the access token is refused: give a new one"), REPAIR_PAUSE_S),
    368: (gettext_noop("the account is blocked because of WhatsApp's rules"), BLOCKED_PAUSE_S),
    131005: (gettext_noop("the access token lacks a right: grant it in the app's settings"), REPAIR_PAUSE_S),
    131031: (gettext_noop("the account is locked at WhatsApp"), BLOCKED_PAUSE_S),
    131042: (gettext_noop("WhatsApp wants to be paid first"), BLOCKED_PAUSE_S),
    131045: (gettext_noop("the number is not registered at WhatsApp"), REPAIR_PAUSE_S),
    133010: (gettext_noop("the number is not registered at WhatsApp"), REPAIR_PAUSE_S),
    130497: (gettext_noop("the account may not write to this country"), BLOCKED_PAUSE_S),
}
_FINAL: Mapping[int, str] = {
    130472: gettext_noop("WhatsApp left this person out as part of an experiment"),
    131021: gettext_noop("this number cannot write to itself"),
    131026: gettext_noop("this number takes no WhatsApp messages"),
    131030: gettext_noop("a test number writes only to the numbers on its list"),
    131047: gettext_noop("24 hours have passed since they last wrote: only an approved text may go"),
    131049: gettext_noop("WhatsApp chose not to deliver this, so that nobody gets too many messages"),
    131050: gettext_noop("this person wants no such messages"),
    131051: gettext_noop("WhatsApp does not know this kind of message"),
    131052: gettext_noop("WhatsApp could not fetch the file"),
    131053: gettext_noop("WhatsApp does not take this file"),
    131062: gettext_noop("this text cannot go to somebody who hides their number"),
    132000: gettext_noop("the approved text has another number of gaps: fetch the texts again"),
    132001: gettext_noop("there is no such approved text in this language"),
    132005: gettext_noop("the filled text is too long"),
    132007: gettext_noop("the approved text breaks WhatsApp's rules"),
    132012: gettext_noop("a gap of the approved text is filled with the wrong thing"),
    132015: gettext_noop("the approved text is paused because people reported it"),
    132016: gettext_noop("the approved text was switched off for good because people reported it"),
    132018: gettext_noop("a gap of the approved text is filled with the wrong thing"),
    132068: gettext_noop("the form in the approved text is blocked"),
    132069: gettext_noop("the form in the approved text was opened too often"),
}
GONE = frozenset({131026})


def judge(refused: Refused) -> SendError | None:
    """The error that one of the Cloud API's own codes is; None for those that all products share."""
    code = refused.code
    if code == 131056:
        words = gettext_noop("WhatsApp lets only one message in six seconds go to the same person")
        pause = refused.pause_s or PAIR_PAUSE_S
        return BusyError(refused.reason(words), retry_after_s=pause, address_only=True)
    if code in _BUSY:
        words, pause = _BUSY[code]
        return BusyError(refused.reason(words), retry_after_s=refused.pause_s or pause)
    if code in _REPAIR and (code or refused.status == 401):
        words, pause = _REPAIR[code]
        return BusyError(refused.reason(words), retry_after_s=pause)
    if code in _FINAL:
        return RejectedError(refused.reason(_FINAL[code]), unreachable=code in GONE)
    return None


def told(code: int, theirs: str) -> str:
    """A failure that a status reports: our words, the number to look up, the provider's own."""
    ours = _FINAL.get(code) or (_BUSY.get(code) or _REPAIR.get(code) or ("", 0))[0]
    return ": ".join(part for part in (ours, f"{code} {theirs}".strip()) if part)
