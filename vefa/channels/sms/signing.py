"""The signatures of gateways that sign what they push: HMAC-SHA256, with the moment where they tell one."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from vefa.channels.port import Call, ForgedError
from vefa.channels.proving import mac
from vefa.channels.sms.describing import Description, filled
from vefa.channels.sms.moments import from_words


def check(plan: Description, call: Call, secrets: Sequence[str]) -> None:
    """The body (GET: the query) is signed; with `proof_time` the moment too, which must be near.

    Raises ForgedError.
    """
    told = call.query.encode("latin-1", "replace") if call.method == "GET" else call.body
    if plan.proof_time:
        moment = call.headers.get(plan.proof_time.lower(), "")
        _check_moment(moment, call.at, within=timedelta(seconds=plan.proof_within_s))
        head, _, tail = filled(plan.proof_signs, {"time": moment}).partition("{body}")
        told = _octets(head) + told + _octets(tail)
    given = _octets(call.headers.get(plan.proof_header.lower(), "").removeprefix("sha256="))
    known = [hmac.compare_digest(given, mac(secret, told).hex().encode()) for secret in secrets if secret]
    if not any(known):
        raise ForgedError("the signature is missing or wrong" if known else "no secret is set")


def _check_moment(told: str, heard: datetime | None, *, within: timedelta) -> None:
    """A call that somebody kept and plays again later is refused, as is one from the future."""
    moment = from_words(told)
    if moment is None or heard is None:
        raise ForgedError("no moment is signed")
    if abs(heard - moment) > within:
        raise ForgedError("the signature is stale")


def _octets(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
