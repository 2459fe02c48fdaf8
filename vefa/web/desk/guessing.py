"""Passwords may be guessed a few times only, and nobody is kept out by the guesses of others.

Counted is by name and network together, so that an outsider's tries hold up the outsider. Guesses at one
name from many networks slow down every browser that has never signed in as that person; one that has
carries a signed cookie, and is counted by itself alone (OWASP: "Slow Down Online Guessing Attacks with
Device Cookies").
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac

from vefa.directory import trail
from vefa.web.ui.limiting import Limit
from vefa.web.ui.proxies import caller, network

WINDOW_S = 900
of_name_here = Limit(times=6, window_s=WINDOW_S)  # one name from one network
of_network = Limit(times=60, window_s=WINDOW_S)  # all names from there
of_name = Limit(times=30, window_s=WINDOW_S)  # one name from everywhere, by browsers that are not known
of_browser = Limit(times=6, window_s=WINDOW_S)  # one name in a browser that is known for it
told = Limit(times=1, window_s=WINDOW_S)  # the journal of one name: once, however many guess at it
LIMITS = (of_name_here, of_network, of_name, of_browser, told)

SALT = "vefa.desk.browser"
KEPT_S = 180 * 86_400
MOST_PEOPLE = 8  # that one browser is known for; the last ones


@dataclass(frozen=True)
class Browser:
    """A browser that has signed in before: a number of its own, and digests of the names."""

    number: str
    people: tuple[str, ...] = ()


class Guess:
    """One try to sign in as somebody."""

    def __init__(self, request: HttpRequest, *, name: str) -> None:
        self._request = request
        self._name = name.casefold()
        self._network = network(caller(request))
        self.over_name = False  # whether a limit of this name has closed the door, after `allowed`

    @cached_property
    def _browser(self) -> Browser:
        """Who asks, as far as its cookie proves it; else a new one that is known for nobody."""
        try:
            number, *people = signing.loads(
                self._request.COOKIES.get(cookie_name(), ""), salt=SALT, max_age=KEPT_S
            )
            return Browser(str(number), tuple(map(str, people)))
        except (signing.BadSignature, TypeError, ValueError):
            return Browser(secrets.token_urlsafe(12))

    @property
    def _digest(self) -> str:
        return salted_hmac(SALT, self._name, algorithm="sha256").hexdigest()[:20]

    @property
    def _known(self) -> bool:
        return self._digest in self._browser.people

    def allowed(self) -> bool:
        """Count this try and say whether the password may be looked at.

        A try that the first limit stops is not counted by those behind it: whoever asks a thousand times from
        one place uses up nothing that others need.
        """
        if self._known:
            self.over_name = not of_browser.allows(self._in_browser)
            return not self.over_name
        here = of_name_here.allows(self._here)
        if here and not of_network.allows(self._network):
            return False
        self.over_name = not here or not of_name.allows(self._name)
        return not self.over_name

    def tell(self, *, now: datetime) -> None:
        """Where too many tries were for this very name, keep that in the journal: once, while it lasts."""
        if self.over_name and told.allows(self._name):
            trail.shut_out(self._name, near=self._network, step="password", now=now)

    def was_right(self) -> None:
        """It was no guess: forget it."""
        if self._known:
            of_browser.clear(self._in_browser)
            return
        of_name_here.clear(self._here)
        of_network.take_back(self._network)
        of_name.take_back(self._name)

    def remember(self, response: HttpResponse) -> None:
        """Let this browser be known for this person for half a year."""
        others = [one for one in self._browser.people if one != self._digest]
        known = [self._browser.number, *others[1 - MOST_PEOPLE :], self._digest]
        response.set_cookie(
            cookie_name(),
            signing.dumps(known, salt=SALT),
            max_age=KEPT_S,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
        )

    @property
    def _here(self) -> str:
        return f"{self._name} {self._network}"

    @property
    def _in_browser(self) -> str:
        return f"{self._name} {self._browser.number}"


def cookie_name() -> str:
    """Beside that of the session, under the same rules."""
    return f"{settings.SESSION_COOKIE_NAME}-browser"
