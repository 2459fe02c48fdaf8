"""Tell X where to push, and look whether it does.

A webhook belongs to the app; what is pushed there is subscribed to by the account (Account Activity), or
event by event (Activity), which only the account's own sign-in with OAuth 2 may begin.
"""

from dataclasses import dataclass
from typing import Any

from vefa.channels.port import RejectedError
from vefa.channels.x.api import XApi
from vefa.channels.x.cutting import text_of

WANTED = frozenset({"post.mention.create", "dm.received"})


@dataclass(frozen=True)
class Subscriptions:
    """The webhooks of one app and the events of one account."""

    api: XApi

    def begin(self, url: str) -> None:
        """Register the door and have the account's events pushed there. May be repeated."""
        hook = self._hook(url)
        if hook is None:
            made = self.api.manage("POST", "/2/webhooks", {"url": url})
            number = text_of(made, "id")
        else:
            number = text_of(hook, "id")
            if not hook.get("valid"):
                self.api.manage("PUT", f"/2/webhooks/{number}")
        if self._newer(number) or self._older(number):
            return
        try:
            self.api.ask(_account(number), method="POST")
        except RejectedError as error:
            words = (
                f"the door is registered (webhook {number}), but X lets this app not subscribe "
                f"({error.reason}): subscribe to post.mention.create and dm.received in X's console"
            )
            raise RejectedError(words) from None

    def end(self) -> None:
        """Remove every webhook of the app; its subscriptions end with it."""
        for hook in self._hooks():
            self.api.manage("DELETE", f"/2/webhooks/{text_of(hook, 'id')}")

    def running(self, url: str) -> bool:
        """Whether the door is registered, was found sound, and the account's events go there."""
        hook = self._hook(url)
        if hook is None or not hook.get("valid"):
            return False
        number = text_of(hook, "id")
        return self._newer(number) or self._older(number)

    def _hooks(self) -> list[dict[str, Any]]:
        found = self.api.manage("GET", "/2/webhooks")
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    def _hook(self, url: str) -> dict[str, Any] | None:
        return next((one for one in self._hooks() if one.get("url") == url), None)

    def _older(self, number: str) -> bool:
        try:
            found = self.api.ask(_account(number))
        except RejectedError:  # the plan has no Account Activity
            return False
        return isinstance(found, dict) and bool(found.get("subscribed"))

    def _newer(self, number: str) -> bool:
        try:
            found = self.api.manage("GET", "/2/activity/subscriptions")
        except RejectedError:  # the plan has no Activity
            return False
        rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        kinds = {text_of(one, "event_type") for one in rows if text_of(one, "webhook_id") == number}
        return kinds >= WANTED


def _account(number: str) -> str:
    return f"/2/account_activity/webhooks/{number}/subscriptions/all"
