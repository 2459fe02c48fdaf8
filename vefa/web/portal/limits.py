"""How often one caller may report and look up at the portal."""

import logging

from django.http import HttpRequest

from vefa.web.ui.limiting import Limit
from vefa.web.ui.proxies import LOOPBACK, caller, network

__all__ = ["LOOKING", "Limit", "Lookup", "lines", "may_photograph", "may_report", "photographs", "reports"]

log = logging.getLogger(__name__)

# A mobile network shows thousands of residents under one address, so a report has a generous limit; of IPv6,
# where one telephone has 2^64 addresses, they count as one.
reports = Limit(times=120, window_s=600)
photographs = Limit(times=240, window_s=600)  # files, whether their report is sent in the end or not
lines = Limit(times=40, window_s=600)  # of one conversation

# Guessing four digits of a telephone number has narrow ones. Only wrong tries count: by network, by report
# and network together, and by report, so that a stranger's tries hold up the stranger before the resident.
HOUR = 3600
lookups = Limit(times=20, window_s=900)  # of one network
lookups_of_one_here = Limit(times=8, window_s=HOUR)  # of one report from one network
lookups_of_one = Limit(times=40, window_s=HOUR)  # of one report from everywhere
lookups_of_all = Limit(times=300, window_s=HOUR)  # of the portal; beyond it each network has few more
lookups_in_a_sweep = Limit(times=3, window_s=900)  # of one network, while the portal is being swept
LOOKING = (lookups, lookups_of_one_here, lookups_of_one, lookups_of_all, lookups_in_a_sweep)
ALL = "all"


def may_report(request: HttpRequest) -> bool:
    """Whether one more report may come from there; this very machine (a kiosk's own door) is not limited."""
    place = _place(request)
    return not place or (reports.allows(place) and may_photograph(request))


def may_photograph(request: HttpRequest) -> bool:
    """Whether the files of this form may come from there; asked before one of them is stored."""
    place = _place(request)
    return not place or all(photographs.allows(place) for files in request.FILES.lists() for _ in files[1])


def _place(request: HttpRequest) -> str:
    """What counts as one caller for a report; "" for this very machine."""
    address = caller(request)
    return "" if address in LOOPBACK else network(address) if ":" in address else address


class Lookup:
    """One try to find a report by its number and four digits. This machine is limited like any other."""

    def __init__(self, request: HttpRequest, *, reference: str) -> None:
        self._reference, self._network = reference, network(caller(request))

    def allowed(self) -> bool:
        """Count this try and say whether the digits may be compared."""
        return (
            lookups_of_one_here.allows(self._here)
            and lookups.allows(self._network)
            and lookups_of_one.allows(self._reference)
            and (lookups_of_all.allows(ALL) or self._in_a_sweep())
        )

    def was_right(self) -> None:
        """It was no guess: it counts for nothing."""
        lookups_of_one_here.clear(self._here)
        lookups.take_back(self._network)
        lookups_of_one.take_back(self._reference)
        lookups_of_all.take_back(ALL)
        lookups_in_a_sweep.take_back(self._network)

    @property
    def _here(self) -> str:
        return f"{self._reference} {self._network}"

    def _in_a_sweep(self) -> bool:
        """Somebody tries report after report from many places: the others are slowed down, not kept out."""
        if sweeps_told.allows(ALL):
            log.warning(
                "More than 300 wrong look-ups of reports by their number within an hour: somebody may be "
                "guessing telephone numbers from many networks. Each network has three tries in a quarter of "
                "an hour until it is over: docs/portal.md, Limits"
            )
        return lookups_in_a_sweep.allows(self._network)


sweeps_told = Limit(times=1, window_s=HOUR)
