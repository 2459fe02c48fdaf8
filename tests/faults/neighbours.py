"""All other providers of the town: what they heard from us, and what they hold until we ask."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults.collected import Bale
from tests.faults.letters import SECRET
from tests.faults.messengers import INSTAGRAM, PAGE
from tests.faults.moods import MoodyBotApi
from tests.faults.post import Post
from tests.faults.telephone import Switchboard
from tests.providers.asterisk_manager import AsteriskManager
from tests.providers.meta_graph import MetaGraph
from tests.providers.sms_gateways import ACCOUNT, PASSWORD, SmsGateway
from tests.providers.viber_api import ViberServer
from tests.providers.whatsapp_cloud import NUMBER as NUMBER_ID
from tests.providers.whatsapp_cloud import WhatsAppCloud
from tests.providers.x_api import XApiServer

MOODS = ("429", "500", "garbage", "silence", "drop")


class Read(NamedTuple):
    """One text on somebody's screen; `at` in seconds of whatever clock, the same for all of one channel."""

    way: str
    to: str
    text: str
    at: float


class Dated[T](list[T]):
    """A list that remembers when each of its things came, in monotonic seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.at: list[float] = []

    def append(self, one: T) -> None:
        self.at.append(time.monotonic())
        super().append(one)

    def dated(self) -> Iterator[tuple[T, float]]:
        """Each with its moment."""
        return zip([*self], [*self.at], strict=False)


@dataclass
class NamingViber(ViberServer):
    """As its base, and it remembers how it called what it took."""

    tokens: list[str] = field(default_factory=list)

    def receive(self, body: dict[str, Any]) -> dict[str, Any]:
        made = super().receive(body)
        self.tokens.append(str(made["message_token"]))
        return made


@dataclass(frozen=True)
class Neighbours:
    """Providers that answer for as long as the town is there; without mail servers there is no post."""

    cloud: WhatsAppCloud
    graph: MetaGraph
    insta: MetaGraph
    gateway: SmsGateway
    viber: NamingViber
    x: XApiServer
    bale: Bale
    board: Switchboard
    post: Post | None

    @classmethod
    @contextmanager
    def running(cls) -> "Iterator[Neighbours]":
        """Serve until the block ends."""
        with ExitStack() as stack:
            enter = stack.enter_context
            bot = enter(MoodyBotApi.running(token="654321:bale-token"))
            assert isinstance(bot, MoodyBotApi)
            viber = enter(NamingViber.running(token=SECRET, sent=Dated()))
            assert isinstance(viber, NamingViber)
            found = cls(
                cloud=enter(WhatsAppCloud.running(secret=SECRET, received=Dated())),
                graph=enter(MetaGraph.running(app_secret=SECRET, account=PAGE, sent=Dated())),
                insta=enter(
                    MetaGraph.running(app_secret=SECRET, account=INSTAGRAM, instagram=True, sent=Dated())
                ),
                gateway=enter(SmsGateway.running("kannel")),
                viber=viber,
                x=enter(XApiServer.running()),
                bale=Bale(bot),
                board=Switchboard(enter(AsteriskManager.running())),
                post=enter(Post.running()),
            )
            found.gateway.sent = Dated()
            found.x.posts, found.x.direct = Dated(), Dated()
            found.x.secrets["api_secret"] = SECRET
            yield found

    def accounts(self) -> list[list[str]]:
        """How each is added, as words behind `vefa endpoint add`."""
        cloud, graph, insta, viber, x = self.cloud, self.graph, self.insta, self.viber, self.x
        keys = [f"--{name.replace('_', '-')}={value}" for name, value in x.secrets.items()]
        return [
            ["whatsapp", "--key", "wa", "--phone-number-id", NUMBER_ID, "--waba-id", "9",
             "--token", cloud.token, "--secret", SECRET, "--api-base", cloud.base],
            ["messenger", "--key", "page", "--page-id", graph.account, "--token", graph.token,
             "--secret", SECRET, "--api-base", graph.base],
            ["instagram", "--key", "insta", "--instagram-id", insta.account, "--token", insta.token,
             "--secret", SECRET, "--api-base", insta.base],
            ["sms", "--key", "line", "--gateway", "kannel", "--sender", "5454", "--account", ACCOUNT,
             "--password", PASSWORD, "--secret", SECRET, "--url", self.gateway.url],
            ["viber", "--key", "viber", "--token", viber.token, "--sender", "Pınarova",
             "--api-base", viber.base],
            ["x", "--key", "city", *keys, "--api-base", x.base],
            ["telegram", "--key", "bale", "--token", self.bale.bot.token, "--polling",
             "--api-base", self.bale.bot.base],
            ["telephony", "--key", "exchange", "--secret", SECRET],
            ["asterisk", "--key", "pbx", "--hosts", self.board.manager.place,
             "--username", self.board.manager.username, "--password", self.board.manager.password],
            *([["email", *self.post.account()]] if self.post else []),
        ]  # fmt: skip

    @contextmanager
    def writing(self, ledger: Path) -> Iterator[None]:
        """People who use what we must ask for: a bot that nobody pushes, a mailbox, an exchange."""
        post = self.post.writing(ledger) if self.post else nullcontext()
        with self.bale.writing(ledger), self.board.calling(ledger), post:
            yield

    def misbehave(self, kind: str) -> None:
        """The next send to each goes wrong; who is asked over and over is not reached once, too."""
        for provider in self._asked():
            provider.misbehave(kind)
        self.bale.bot.misbehave(kind)
        self.bale.bot.misbehave("500", method="getUpdates")

    def behave(self) -> None:
        """Forget what would go wrong for whoever asks next.

        On a slow machine much of it lies before an account that rests five minutes after each refusal.
        """
        for provider in self._asked():
            provider.behave()
        self.bale.bot.behave()

    def _asked(self) -> tuple[WhatsAppCloud | MetaGraph | SmsGateway | ViberServer | XApiServer, ...]:
        return self.cloud, self.graph, self.insta, self.gateway, self.viber, self.x

    def held(self) -> list[str]:
        """What waits with a provider and was not taken from there."""
        updates = [f"bale:{update['update_id']}" for update in self.bale.bot.updates]
        return updates + (self.post.held() if self.post else [])

    def ids(self) -> dict[str, set[str]]:
        """What the provider of each channel calls everything that it took."""
        keys = {
            sms.request.get("dlr-url", "").partition("key=")[2].partition("&")[0] for sms in self.gateway.sent
        }
        return {
            "whatsapp": {one.wamid for one in self.cloud.received},
            "messenger": {one.mid for one in self.graph.sent},
            "instagram": {one.mid for one in self.insta.sent},
            "sms": keys,
            "viber": set(self.viber.tokens),
            "x": {one.id for one in (*self.x.posts, *self.x.direct)},
            "telegram": {str(one.message_id) for one in self.bale.bot.sent},
            "email": self.post.ids() if self.post else set(),
        }

    def faults(self) -> list[str]:
        """Requests that break a documented form."""
        heard = (self.cloud, self.graph, self.insta, self.gateway, self.viber, self.x, self.bale.bot)
        return [fault for provider in (*heard, self.board.manager) for fault in provider.faults]

    def read(self) -> list[Read]:
        """Who read what, and when."""
        plain = {
            "whatsapp": self.cloud.received,
            "messenger": self.graph.sent,
            "instagram": self.insta.sent,
            "sms": self.gateway.sent,
        }
        posts = {one.id: one.where for one in self.x.posts}
        found = [
            Read(way, one.to, one.text, at)
            for way, heard in plain.items()
            if isinstance(heard, Dated)
            for one, at in heard.dated()
        ]
        for shown in (self.x.posts, self.x.direct):
            assert isinstance(shown, Dated)
            found += [Read("x", _root(one.where, posts), one.text, at) for one, at in shown.dated()]
        assert isinstance(self.viber.sent, Dated)
        viber = (Read("viber", one["receiver"], one["text"], at) for one, at in self.viber.sent.dated())
        bale = (Read("bale", str(one.chat_id), one.text, one.at) for one in [*self.bale.bot.sent])
        post = (Read("email", *one) for one in (self.post.read() if self.post else ()))
        return [*found, *viber, *bale, *post]


def _root(post: str, above: dict[str, str]) -> str:
    """The resident's post at whose end our own parts hang."""
    while post in above:
        post = above[post]
    return post


def doubled(read: list[Read], within_s: float) -> list[str]:
    """Texts that a resident read again so soon after the first time, or more than twice; in any order."""
    times: dict[tuple[str, str, str], list[float]] = {}
    for one in read:
        times.setdefault((one.way, one.to, one.text), []).append(one.at)
    return [
        f"{way}: {text}"
        for (way, _, text), seen in times.items()
        if len(seen) > 2 or (len(seen) == 2 and abs(seen[1] - seen[0]) < within_s)
    ]


def read_twice(read: list[Read]) -> int:
    """How often a resident read something again."""
    seen = Counter((one.way, one.to, one.text) for one in read)
    return sum(count - 1 for count in seen.values())
