"""Try a number from outside and say what works, in words that tell what to do."""

from contextlib import suppress
from typing import Any

from vefa.channels.cleaning import clean_line
from vefa.channels.graph import tokens
from vefa.channels.graph.api import Graph
from vefa.channels.port import Finding, SendError
from vefa.kit.saying import Sentence

FIELDS = "display_phone_number,verified_name,quality_rating,status,platform_type"
# To how many people who have not written within 24 hours one may write in 24 hours, shared by all numbers of
# the business. https://developers.facebook.com/documentation/business-messaging/whatsapp/messaging-limits,
# read in November 2026; servers before version 24 know the older field alone.
LIMITS = ("whatsapp_business_manager_messaging_limit", "messaging_limit_tier")
_UNLIMITED, _UNUSED = "TIER_UNLIMITED", "TIER_NOT_SET"


def findings(graph: Graph, *, app: Graph | None, number_id: str, account_id: str, url: str) -> list[Finding]:
    """Which number it is and whether its messages come here; `app` asks about the token. Never raises."""
    if not number_id:
        return [
            Finding(
                ok=False, text=Sentence("No phone_number_id is set: WhatsApp shows it beside the number.")
            )
        ]
    try:
        number = graph.ask("GET", number_id, {"fields": FIELDS})
    except SendError as error:
        words = Sentence(
            "The number does not answer: %(reason)s. Check the token and phone_number_id.",
            reason=error.reason,
        )
        return [Finding(ok=False, text=words)]
    return [
        *_number(number),
        *_limit(graph, number_id),
        _token(graph, app),
        *_pushed(graph, account_id, url),
    ]


def _token(graph: Graph, app: Graph | None) -> Finding:
    """Until when it is good; a token may ask about itself unless the app's own roles forbid it."""
    found = tokens.finding(app or graph, graph.token)
    if found.ok or app:
        return found
    return Finding(ok=True, text=Sentence("Give the app's number (app_id) to see when the token expires."))


def _limit(graph: Graph, number_id: str) -> list[Finding]:
    """How many people may be written to first; nothing where WhatsApp does not tell."""
    tier = ""
    for field in LIMITS:
        with suppress(SendError):
            found = graph.ask("GET", number_id, {"fields": field}).get(field)
            tier = found if isinstance(found, str) else ""
        if tier:
            break
    if tier == _UNLIMITED:
        return [Finding(ok=True, text=Sentence("Any number of people may be written to first."))]
    if not tier or tier == _UNUSED:
        return []
    count = clean_line(tier.removeprefix("TIER_"), limit=12).replace("K", "000")
    words = Sentence(
        "At most %(count)s people may be written to first in 24 hours; answers are not counted.", count=count
    )
    return [Finding(ok=True, text=words)]


def _number(number: dict[str, Any]) -> list[Finding]:
    name = clean_line(str(number.get("verified_name", "")))
    shown = clean_line(str(number.get("display_phone_number", "")))
    lines = [
        Finding(ok=True, text=Sentence("The number %(shown)s (%(name)s) answers.", shown=shown, name=name))
    ]
    quality = str(number.get("quality_rating", ""))
    if quality == "GREEN":
        lines.append(Finding(ok=True, text=Sentence("WhatsApp rates its quality GREEN: people like it.")))
    if quality in {"YELLOW", "RED"}:
        words = Sentence(
            "WhatsApp rates its quality %(quality)s: people block or report its messages.", quality=quality
        )
        lines.append(Finding(ok=False, text=words))
    status = str(number.get("status", "CONNECTED"))
    if status != "CONNECTED":
        lines.append(
            Finding(
                ok=False,
                text=Sentence("WhatsApp says that the number is %(state)s.", state=clean_line(status)),
            )
        )
    return lines


def _pushed(graph: Graph, account_id: str, url: str) -> list[Finding]:
    if not account_id:
        words = Sentence("No waba_id is set: approved texts and the subscription cannot be looked at.")
        return [Finding(ok=False, text=words)]
    try:
        here = overrides(graph, account_id)
    except SendError as error:
        return [
            Finding(
                ok=False,
                text=Sentence("The business account does not answer: %(reason)s.", reason=error.reason),
            )
        ]
    if url in here:
        return [Finding(ok=True, text=Sentence("Messages come to %(url)s.", url=url))]
    if here:
        return [Finding(ok=False, text=Sentence("Messages go elsewhere: subscribe again."))]
    return [Finding(ok=False, text=Sentence("The app is not subscribed to the business account: subscribe."))]


def overrides(graph: Graph, account_id: str) -> list[str]:
    """Where each subscribed app has its messages pushed; "" for the address set in the app itself."""
    found = graph.ask("GET", f"{account_id}/subscribed_apps")
    rows = found.get("data") if isinstance(found, dict) else None
    kept = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    return [str(row.get("override_callback_uri", "")) for row in kept]
