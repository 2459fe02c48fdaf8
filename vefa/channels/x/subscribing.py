"""Tell X where to push, and look whether it does.

A webhook belongs to the app; what is pushed there is subscribed to by the account (Account Activity), or
event by event (Activity), which only the account's own sign-in with OAuth 2 may begin.
"""

from dataclasses import dataclass
from typing import Any

from vefa.channels.port import RejectedError, because
from vefa.channels.x.api import XApi
from vefa.channels.x.cutting import text_of

WANTED = frozenset({"post.mention.create", "dm.received"})


@dataclass(frozen=True)
class Subscriptions:
    """The webhook of one door in the app, and the events of one account that are pushed there.

    url     of the door; other webhooks of the app are other accounts' or other machines'
    behind  another account's door is used: it stays when this account leaves
    """

    api: XApi
    url: str = ""
    behind: bool = False

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
            words = because(
                "X lets this app not subscribe: choose post.mention.create and dm.received in its console",
                f"webhook {number}",
                error.reason,
            )
            raise RejectedError(words) from None

    def end(self) -> None:
        """End what is pushed for this account, and the door's webhook where the door is its own."""
        hook = self._hook(self.url)
        if hook is None:
            return
        number = text_of(hook, "id")
        if not self.behind:
            self.api.manage("DELETE", f"/2/webhooks/{number}")  # its subscriptions end with it
            return
        if self._older(number):
            own = f"/2/account_activity/webhooks/{number}/subscriptions/{self.api.account}/all"
            self.api.manage("DELETE", own)
        for row in self._newer_rows(number):
            self.api.manage("DELETE", f"/2/activity/subscriptions/{text_of(row, 'subscription_id')}")

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
        return {text_of(one, "event_type") for one in self._newer_rows(number)} >= WANTED

    def _newer_rows(self, number: str) -> list[dict[str, Any]]:
        """What of the account is pushed to the webhook event by event."""
        try:
            found = self.api.manage("GET", "/2/activity/subscriptions")
        except RejectedError:  # the plan has no Activity
            return []
        rows = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        ours = {"", self.api.account}
        return [
            one
            for one in rows
            if text_of(one, "webhook_id") == number and text_of(one.get("filter"), "user_id") in ours
        ]


def _account(number: str) -> str:
    return f"/2/account_activity/webhooks/{number}/subscriptions/all"
