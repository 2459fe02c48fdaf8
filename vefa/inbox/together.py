"""Group commit for threads: who comes while another commits goes along with the next who does.

No thread and no timer of its own: the first to come commits alone and at once; while the disk is asked, the
next batch gathers by itself, and one of those who wait takes it through.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import Error, InterfaceError, OperationalError

from vefa.inbox import intake
from vefa.inbox.intake import Accepted, Incoming

MOMENT_S = 60.0  # nobody who leads takes longer: the database gives up long before


class LostError(Exception):
    """Who carried the arrival through left without a word: nobody can say whether it was kept."""


@dataclass(eq=False)
class _Place:
    """One arrival in the row, and whom its thread wakes up as."""

    incoming: Incoming
    called: threading.Event = field(default_factory=threading.Event)
    answer: Accepted | None = None
    trouble: Exception | None = None
    leads: bool = False

    def told(self) -> Accepted:
        """What became of the arrival; raises what the database said."""
        if self.answer is None:
            raise self.trouble or LostError("no answer came")
        return self.answer


class Row:
    """Those who want something kept; one at a time leads, on its own thread's connection."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: list[_Place] = []
        self._led = False

    def keep(self, incoming: Incoming) -> Accepted:
        """As `intake.accept` of one: when this returns, the arrival survives a crash.

        Raises django.db.Error when it was not kept, LostError when nobody can say.
        """
        place = _Place(incoming)
        if not self._leads_at_once(place) and not place.called.wait(MOMENT_S):
            self._leave(place)
        if place.leads:
            self._lead()
        return place.told()

    def _leads_at_once(self, place: _Place) -> bool:
        with self._lock:
            self._waiting.append(place)
            place.leads = not self._led
            self._led = True
        return place.leads

    def _leave(self, place: _Place) -> None:
        """Who waits no longer is not named to lead: nobody would do it. Who was named meanwhile leads."""
        with self._lock:
            if not place.leads and place in self._waiting:
                self._waiting.remove(place)

    def _lead(self) -> None:
        """Take all who wait through, then name the next to lead, then tell those who came along."""
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            _commit(batch)
        finally:
            self._hand_over()
            for place in batch:
                place.called.set()

    def _hand_over(self) -> None:
        with self._lock:
            following = self._waiting[0] if self._waiting else None
            self._led = following is not None
            if following:
                following.leads = True
                following.called.set()


def _commit(batch: Sequence[_Place]) -> None:
    """Keep a batch; one that the database refuses is tried one by one, so that nobody suffers for another."""
    try:
        answers = intake.accept([place.incoming for place in batch])
    except (OperationalError, InterfaceError) as error:
        _refuse(batch, error)
    except Error as error:
        if len(batch) == 1:
            _refuse(batch, error)
            return
        for place in batch:
            _commit([place])
    else:
        for place, answer in zip(batch, answers, strict=True):
            place.answer = answer


def _refuse(batch: Sequence[_Place], error: Exception) -> None:
    for place in batch:
        place.trouble = error


row = Row()
