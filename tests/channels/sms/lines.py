"""The city's SMS numbers as the tests set them up, one for each kind of gateway."""

from typing import Any

import httpx

from tests.providers.sms_gateways import ACCOUNT, PASSWORD
from vefa.channels.port import Account, Call, Parcel, Reading
from vefa.channels.sms.adapter import build
from vefa.channels.sms.line import Line

DOOR = "https://sehir.example/hooks/sms/line"
SECRET = "The-Right-Secret-of-2026"
DERYA = "+905321112233"
NO_NETWORK = httpx.Client(transport=httpx.MockTransport(lambda _request: httpx.Response(500)))
SETTINGS = {
    "kannel": {"gateway": "kannel", "account": ACCOUNT, "sender": "5454"},
    "netgsm": {"gateway": "http", "description": "netgsm", "account": ACCOUNT, "sender": "PINAROVA"},
    "smsc": {
        "gateway": "http", "description": "smsc", "account": ACCOUNT, "sender": "ASTANA", "region": "KZ",
    },
    "twilio": {"gateway": "twilio", "account": ACCOUNT, "sender": "+15005550006"},
}  # fmt: skip


def line(style: str, *, http: httpx.Client = NO_NETWORK, url: str = "", **settings: str) -> Line:
    """One account; `settings` add to the usual ones of its style."""
    secrets = {"password": "" if style == "twilio" else PASSWORD, "secret": SECRET}
    if style == "twilio":
        secrets["secret"] = PASSWORD
    given = {**SETTINGS[style], **({"url": url} if url else {}), **settings}
    return build(Account(settings=given, secrets=secrets, http=http, url=DOOR, country="TR"))


def parcel(text: str = "Ekibimiz yarın geliyor.", **more: Any) -> Parcel:
    """An answer to Derya."""
    key = "0190a0b0-0000-7000-8000-000000000001"
    return Parcel(**{"to": DERYA, "text": text, "idempotency_key": key, **more})


def taken(adapter: Line, call: Call) -> list[Reading]:
    """What a knock says."""
    return [adapter.read(one.raw) for one in adapter.arrivals(call)]


def get(query: str) -> Call:
    """A knock by GET."""
    return Call(headers={}, query=query, method="GET")


def form(body: str, query: str = "") -> Call:
    """A knock by POST with a form."""
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Call(headers=headers, body=body.encode(), query=query)
