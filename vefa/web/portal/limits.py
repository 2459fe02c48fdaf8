"""How often one address may report, look up and search at the portal."""

from django.http import HttpRequest

from vefa.web.ui.limiting import Limit
from vefa.web.ui.proxies import LOOPBACK, caller

__all__ = ["Limit", "caller", "lines", "lookups", "lookups_of_one", "may_report", "reports", "searches"]

# A mobile network shows thousands of residents under one address, so a report has a generous limit;
# guessing four digits of a telephone number has a narrow one, per address and per reference.
reports = Limit(times=120, window_s=600)
searches = Limit(times=600, window_s=600)
lines = Limit(times=40, window_s=600)  # of one conversation
lookups = Limit(times=20, window_s=900)
lookups_of_one = Limit(times=8, window_s=3600)


def may_report(request: HttpRequest) -> bool:
    """Whether one more report may come from there; this very machine (a kiosk's own door) is not limited."""
    address = caller(request)
    return address in LOOPBACK or reports.allows(address)
