"""What the Graph API's error codes mean: which pass with time, which need a person, which are final.

https://developers.facebook.com/docs/messenger-platform/error-codes and
https://developers.facebook.com/docs/graph-api/guides/error-handling, read in November 2026.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from vefa.channels.port import BusyError, RejectedError, SendError, TooLargeError, UnsureError
from vefa.kit.saying import gettext_noop

REPAIR_PAUSE_S = 300  # a refused token waits for a person; meanwhile nothing is given up
LIMIT_PAUSE_S = 30
_TOO_MUCH = frozenset({4, 17, 32, 341, 613, *range(80000, 80015)})
_PASSING = frozenset({1, 2, 1200})
_REPAIR: Mapping[int, str] = {
    102: gettext_noop("the access token is refused: connect the account again"),
    104: gettext_noop("the app demands a proof with its secret: check the app secret"),
    190: gettext_noop("the access token has expired or was withdrawn: connect the account again"),
    10: gettext_noop("the app lacks a permission: grant it in the app's settings"),
}
_FINAL: Mapping[tuple[int, int], str] = {
    (10, 2018278): gettext_noop("the time in which this person may be answered is over"),
    (10, 2018300): gettext_noop("another tool holds this conversation: take it over there first"),
    (100, 2018001): gettext_noop(
        "nobody with this address is known: the person is gone or wrote to another account"
    ),
    (100, 2018109): gettext_noop("the file is too large for the provider"),
    (100, 33): gettext_noop("what was to be answered does not exist any more"),
    (200, 2018028): gettext_noop(
        "the app is not approved yet: only people with a role in it can be answered"
    ),
    (200, 1545041): gettext_noop("this person takes no messages now"),
    (551, 0): gettext_noop("this person takes no messages now"),
    (368, 0): gettext_noop(
        "the provider blocked this action because of its rules: look into the account's quality page"
    ),
    (10900, 0): gettext_noop("this comment has had its one private answer"),
    (10901, 0): gettext_noop("the time in which this comment may be answered privately is over"),
    (10903, 0): gettext_noop("this person cannot be answered privately"),
    (100, 2534014): gettext_noop("this comment has had its one private answer, or the time for it is over"),
}
_STUMBLED = gettext_noop("taken, but the provider stumbled over its own answer")
_REFUSED = gettext_noop("the provider refuses it")
_BROKEN = gettext_noop("broken there for now")
_GONE = frozenset({(100, 2018001), (200, 1545041), (551, 0)})


class LimitError(BusyError):
    """The provider counts calls of this kind, and we are over."""


@dataclass(frozen=True, kw_only=True)
class Refused:
    """An answer that is none: what the provider said about why."""

    status: int
    code: int
    subcode: int
    said: str
    transient: bool = False
    pause_s: float = 0

    def reason(self, words: str = "") -> str:
        """For the person who looks at it: our words, the provider's, and the numbers to look up."""
        number = f"{self.code}/{self.subcode}" if self.subcode else str(self.code or self.status)
        return ": ".join(part for part in (words, f"{number} {self.said}".strip()) if part)


def judged(refused: Refused) -> SendError:
    """The error that a refusal is, by the codes that all of the provider's products share."""
    if (refused.code, refused.subcode) == (1, 1357046):
        return UnsureError(refused.reason(_STUMBLED))
    if refused.code in _TOO_MUCH or refused.status == 429:
        words = gettext_noop("too many calls: the provider asks for patience")
        return LimitError(refused.reason(words), retry_after_s=refused.pause_s or LIMIT_PAUSE_S)
    if final := _final(refused):
        return final
    if refused.code in _PASSING or refused.transient or refused.status >= 500:
        return BusyError(refused.reason(_BROKEN), retry_after_s=refused.pause_s)
    if words := _to_repair(refused):
        return BusyError(refused.reason(words), retry_after_s=REPAIR_PAUSE_S)
    return RejectedError(refused.reason(_REFUSED))


def _final(refused: Refused) -> SendError | None:
    key = (refused.code, refused.subcode)
    words = _FINAL.get(key, "")
    if not words:
        key = (refused.code, 0)
        words = _FINAL.get(key, "")
    if not words:
        return None
    if key == (100, 2018109):
        return TooLargeError(refused.reason(words))
    return RejectedError(refused.reason(words), unreachable=key in _GONE)


def _to_repair(refused: Refused) -> str:
    """What a person must mend before anything goes out again; "" when it is not that."""
    if refused.code in _REPAIR:
        return _REPAIR[refused.code]
    if 200 <= refused.code <= 299:
        return gettext_noop("the app lacks a permission for this account: grant it in the app's settings")
    if refused.status in {401, 404} and not refused.code:
        return gettext_noop("the address or the token is wrong")
    return ""
