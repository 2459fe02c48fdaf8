"""Tell the provider where to push what, and look whether it still does: after an hour of failures it stops.

https://developers.facebook.com/docs/graph-api/reference/page/subscribed_apps and
https://developers.facebook.com/docs/graph-api/reference/app/subscriptions, read in November 2026.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from vefa.channels.cleaning import clean_line
from vefa.channels.graph import tokens
from vefa.channels.graph.api import Graph
from vefa.channels.port import Finding, SendError
from vefa.kit.saying import Sentence

PAGE_FIELDS = (
    "messages", "messaging_postbacks", "messaging_referrals", "messaging_optins", "messaging_handovers",
    "message_echoes", "message_deliveries", "message_reads", "message_reactions", "message_edits",
    "standby", "feed", "mention",
)  # fmt: skip
INSTAGRAM_FIELDS = (
    "messages", "messaging_postbacks", "messaging_referral", "messaging_seen", "message_reactions",
    "message_edit", "messaging_handover", "standby", "comments", "live_comments", "mentions",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """The pushing of one account.

    owner   whose `subscribed_apps` is asked: the page, also for an Instagram account that hangs on one
    object  page or instagram
    behind  another account's door is used, and that one says where the app pushes
    """

    graph: Graph
    account: str
    owner: str
    object: str
    fields: tuple[str, ...]
    app_id: str = ""
    verify_token: str = ""
    behind: bool = False

    @property
    def page_fields(self) -> tuple[str, ...]:
        """What is asked of the owner; an Instagram account on a page wants any field of the page."""
        return ("feed",) if self.object == "instagram" and self.owner != self.account else self.fields

    def begin(self, url: str) -> None:
        """Have everything pushed to `url`. Raises BusyError or RejectedError."""
        if self.app_id and not self.behind:
            self._point_app_to(url)
        fields = dict.fromkeys((*self._page_subscribed(), *self.page_fields))  # never fewer than before
        self.graph.ask("POST", f"{self.owner}/subscribed_apps", {"subscribed_fields": ",".join(fields)})

    def end(self) -> None:
        """End the pushing of this account. Raises BusyError or RejectedError."""
        self.graph.ask("DELETE", f"{self.owner}/subscribed_apps")

    def stands(self, url: str) -> bool:
        """Whether all that we want is pushed to `url`. Raises BusyError or RejectedError."""
        if not set(self.page_fields) <= set(self._page_subscribed()):
            return False
        return self.behind or not self.app_id or self._app_points_to(url)

    def _page_subscribed(self) -> Collection[str]:
        """The fields that the account pushes to our app."""
        rows = _rows(self.graph.ask("GET", f"{self.owner}/subscribed_apps"))
        ours = [row for row in rows if not self.app_id or str(row.get("id")) == self.app_id]
        return [name for row in ours for name in row.get("subscribed_fields") or [] if isinstance(name, str)]

    def _point_app_to(self, url: str) -> None:
        asked = {
            "object": self.object,
            "callback_url": url,
            "fields": ",".join(self.fields),
            "verify_token": self.verify_token,
        }
        tokens.as_app(self.graph, self.app_id).ask("POST", f"{self.app_id}/subscriptions", asked)

    def _app_points_to(self, url: str) -> bool:
        rows = _rows(tokens.as_app(self.graph, self.app_id).ask("GET", f"{self.app_id}/subscriptions"))
        for row in rows:
            if row.get("object") == self.object and row.get("callback_url") == url and row.get("active"):
                return set(self.fields) <= set(_names(row.get("fields")))
        return False

    def expires_at(self) -> datetime | None:
        """When the token ends; None: never, or nobody may ask. Raises BusyError or RejectedError."""
        if not self.app_id:
            return None
        return tokens.ends(tokens.as_app(self.graph, self.app_id), self.graph.token)

    def findings(self, url: str) -> list[Finding]:
        """Whether the token works, until when, and whether everything is pushed. Never raises."""
        try:
            who = self.graph.ask("GET", "me", {"fields": "id,name"})
        except SendError as error:
            return [
                Finding(
                    ok=False, text=Sentence("The account does not answer: %(reason)s.", reason=error.reason)
                )
            ]
        name = clean_line(str(who.get("name") or who.get("id") or ""))
        lines = [Finding(ok=True, text=Sentence("The account %(name)s answers.", name=name))]
        if str(who.get("id", "")) not in {self.account, self.owner}:
            text = Sentence(
                "The token is of the account %(id)s, not of %(owner)s.",
                id=clean_line(str(who.get("id"))),
                owner=self.owner,
            )
            lines.append(Finding(ok=False, text=text))
        return [*lines, *self._token_lines(), *self._pushing_lines(url)]

    def _token_lines(self) -> list[Finding]:
        if not self.app_id:
            return [
                Finding(
                    ok=True, text=Sentence("Give the app's number (app_id) to see when the token expires.")
                )
            ]
        try:
            asking = tokens.as_app(self.graph, self.app_id)
        except SendError as error:
            words = Sentence("The token was looked at: %(reason)s.", reason=error.reason)
            return [Finding(ok=False, text=words)]
        return [tokens.finding(asking, self.graph.token)]

    def _pushing_lines(self, url: str) -> list[Finding]:
        try:
            if self.stands(url):
                return [Finding(ok=True, text=Sentence("Everything is pushed to %(url)s.", url=url))]
        except SendError as error:
            return [
                Finding(
                    ok=False, text=Sentence("Nobody knows what is pushed: %(reason)s.", reason=error.reason)
                )
            ]
        return [
            Finding(
                ok=False,
                text=Sentence("Not everything is pushed to us: press “Tell the provider where to push”."),
            )
        ]


def _rows(answer: Any) -> list[dict[str, Any]]:
    rows = answer.get("data")
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []


def _names(fields: Any) -> list[str]:
    """Fields come as names or as objects with a name and a version."""
    found = fields if isinstance(fields, list) else []
    return [str(one.get("name", "")) if isinstance(one, dict) else str(one) for one in found]
