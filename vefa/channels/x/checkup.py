"""Try an account of X from outside and say what works."""

from vefa.channels.port import Finding, SendError
from vefa.channels.x.api import XApi
from vefa.channels.x.cutting import text_of


def findings(api: XApi) -> list[Finding]:
    """Who the account is, and whether X finds our door sound. Never raises."""
    if not api.keys.access and not api.keys.bearer:
        words = (
            "No key is set: posts are copied in by hand or read from an archive, and answered in X itself."
        )
        return [Finding(ok=True, text=words)]
    return [_account(api), *_doors(api)]


def _account(api: XApi) -> Finding:
    if not api.keys.access:
        return Finding(
            ok=False,
            text="No access token is set: posts can be copied in by hand, but nothing can be answered.",
        )
    try:
        me = api.ask("/2/users/me")
    except SendError as error:
        return Finding(ok=False, text=f"X does not know the account: {error.reason}.")
    return Finding(ok=True, text=f"The account is @{text_of(me, 'username')}.")


def _doors(api: XApi) -> list[Finding]:
    if not api.keys.bearer:
        words = "No bearer token is set, so nothing is pushed: copy posts in by hand or read an archive."
        return [Finding(ok=False, text=words)]
    try:
        hooks = api.manage("GET", "/2/webhooks")
    except SendError as error:
        return [Finding(ok=False, text=f"X does not tell about the webhook: {error.reason}.")]
    rows = [one for one in hooks if isinstance(one, dict)] if isinstance(hooks, list) else []
    if not rows:
        return [Finding(ok=False, text="No webhook is registered: run `vefa endpoint set-webhook`.")]
    return [
        Finding(ok=True, text=f"X pushes to {text_of(one, 'url')}.")
        if one.get("valid")
        else Finding(ok=False, text=f"X has given up on {text_of(one, 'url')}: subscribe again.")
        for one in rows
    ]
