"""Try an account of X from outside and say what works."""

from vefa.channels.port import Finding, SendError
from vefa.channels.x.api import XApi
from vefa.channels.x.cutting import text_of
from vefa.kit.saying import Sentence


def findings(api: XApi, *, url: str) -> list[Finding]:
    """Who the account is, and whether X finds our door sound. Never raises."""
    if not api.keys.access and not api.keys.bearer:
        words = Sentence(
            "No key is set: posts are copied in by hand or read from an archive, and answered in X itself."
        )
        return [Finding(ok=True, text=words)]
    return [_account(api), *_doors(api, url)]


def _account(api: XApi) -> Finding:
    if not api.keys.access:
        return Finding(
            ok=False,
            text=Sentence(
                "No access token is set: posts can be copied in by hand, but nothing can be answered."
            ),
        )
    try:
        me = api.ask("/2/users/me")
    except SendError as error:
        return Finding(
            ok=False, text=Sentence("X does not know the account: %(reason)s.", reason=error.reason)
        )
    return Finding(ok=True, text=Sentence("The account is @%(name)s.", name=text_of(me, "username")))


def _doors(api: XApi, url: str) -> list[Finding]:
    if not api.keys.bearer:
        words = Sentence(
            "No bearer token is set, so nothing is pushed: copy posts in by hand or read an archive."
        )
        return [Finding(ok=False, text=words)]
    try:
        hooks = api.manage("GET", "/2/webhooks")
    except SendError as error:
        return [
            Finding(
                ok=False, text=Sentence("X does not tell about the webhook: %(reason)s.", reason=error.reason)
            )
        ]
    rows = [one for one in hooks if isinstance(one, dict)] if isinstance(hooks, list) else []
    rows = [one for one in rows if text_of(one, "url") == url]  # others are other accounts'
    if not rows:
        return [
            Finding(
                ok=False, text=Sentence("No webhook is registered: press “Tell the provider where to push”.")
            )
        ]
    return [
        Finding(ok=True, text=Sentence("X pushes to %(url)s.", url=text_of(one, "url")))
        if one.get("valid")
        else Finding(
            ok=False, text=Sentence("X has given up on %(url)s: subscribe again.", url=text_of(one, "url"))
        )
        for one in rows
    ]
