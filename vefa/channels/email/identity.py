"""Is the sender who the From field says? Only our own mail server's verdict counts (RFC 8601)."""

import re
from email.message import Message

from vefa.channels.email.headers import raw_fields

_COMMENT = re.compile(r"\([^()]{0,500}\)")
_RESULT = re.compile(r"\b(dmarc|dkim|spf)\s*=\s*([a-z]+)([^;]{0,1000})")
_DOMAIN = re.compile(r"\b(?:header\.d|header\.i|smtp\.mailfrom)\s*=\s*\"?(?:[^\s;@\"]*@)?([^\s;@\"]+)")


def verified(message: Message, sender_domain: str, authserv_id: str) -> bool | None:
    """True or False as our server judged it, None when it did not judge or no server is named as ours.

    A receiving server adds its field on top and removes forged ones, so only the topmost counts.
    """
    ours = (_own_verdict(value, authserv_id) for value in raw_fields(message, "Authentication-Results"))
    verdict = next((found for found in ours if found is not None), None)
    if verdict is None or not sender_domain:
        return None
    results = _RESULT.findall(verdict)
    dmarc = next((result for method, result, _ in results if method == "dmarc"), "")
    if dmarc in {"pass", "fail"}:
        return dmarc == "pass"
    return _aligned(results, sender_domain)


def _own_verdict(value: str, authserv_id: str) -> str | None:
    """The results, if the field begins with our server's name."""
    plain = _COMMENT.sub(" ", " ".join(value.split())).lower()
    name, _, results = plain.partition(";")
    if not authserv_id or name.split()[:1] != [authserv_id.lower()]:
        return None
    return results


def _aligned(results: list[tuple[str, str, str]], sender_domain: str) -> bool | None:
    """Without DMARC: a signature or an envelope that passed and belongs to the sender's domain."""
    known = [(result, _DOMAIN.search(details)) for method, result, details in results if method != "dmarc"]
    if any(result == "pass" and found and _same(found[1], sender_domain) for result, found in known):
        return True
    return False if any(result in {"fail", "softfail"} for result, _ in known) else None


def _same(signed: str, sender: str) -> bool:
    return sender == signed or sender.endswith(f".{signed}")
