"""What a manager's events say about calls and extensions, from 1.8 to the present.

Names of events and fields: docs.asterisk.org, AMI Events. Old versions say Join, Dial and Bridge where newer
ones say QueueCallerJoin, DialBegin and BridgeEnter, and have no Linkedid.
"""

import re
from collections.abc import Callable, Mapping
from types import MappingProxyType

from vefa.channels.asterisk.wire import Message
from vefa.channels.cleaning import clean_line
from vefa.channels.telephone import CallNews, SeatNews, Step
from vefa.channels.telephony.fields import moment, number

EXTENSION_DIGITS = 6  # a longer number is one of the public network
_CHANNEL = re.compile(r"^(?P<tech>[^/]+)/(?P<name>.+?)(-[0-9a-f]{8}(;[12])?|@.*)?(<[A-Z]+>)?$")
# Q.850, as Hangup gives it.
_CAUSES: Mapping[str, str] = MappingProxyType(
    {
        "1": "not_found", "3": "not_found", "16": "normal", "17": "busy", "18": "no_answer",
        "19": "no_answer",
        "21": "cancelled", "22": "not_found", "28": "not_found", "31": "normal", "34": "congestion",
        "38": "congestion", "42": "congestion", "127": "failed",
    }
)  # fmt: skip
_DISPOSITIONS: Mapping[str, str] = MappingProxyType(
    {"ANSWERED": "normal", "NO ANSWER": "no_answer", "BUSY": "busy", "FAILED": "failed"}
)
# Device states: AST_DEVICE_* of devicestate.h, as QueueMemberStatus gives them.
_DEVICES: Mapping[str, str] = MappingProxyType(
    {
        "1": "available", "2": "on_call", "3": "on_call", "4": "away", "5": "away", "6": "available",
        "7": "on_call", "8": "on_call",
    }
)  # fmt: skip


def extension_of(channel: str) -> str:
    """Whose a channel is: "PJSIP/201-0000001a" and "Local/201@from-queue-1;1" are 201's."""
    found = _CHANNEL.match(channel.strip())
    return found["name"] if found else channel.strip()


def direction_of(caller: str, called: str) -> str:
    """Short numbers are ours: who calls whom tells the direction. A withheld number comes from outside."""
    inner_caller = caller.isdecimal() and len(caller) <= EXTENSION_DIGITS
    if not inner_caller:
        return "in"
    return "internal" if len(called.lstrip("+")) <= EXTENSION_DIGITS else "out"


def unique_of(event: Message) -> str:
    """The channel that an event is about; of a dialling the one that dials."""
    for name in ("uniqueid", "uniqueid1", "bridgeuniqueid"):
        if event.get(name):
            return event[name]
    return ""


def call_news(event: Message, call: str) -> CallNews | None:
    """The step of `call` that an event tells, None for one that tells nothing of it."""
    teller = _CALLS.get(event.get("event", "").lower())
    return teller(event, call) if teller else None


def seat_news(event: Message) -> SeatNews | None:
    """What an event says about a member of a queue, None where it says nothing."""
    name = event.get("event", "").lower()
    if name not in _SEATS:
        return None
    who = extension_of(event.get("stateinterface") or event.get("interface") or event.get("location", ""))
    if not who:
        return None
    state, reason = _state(name, event)
    return SeatNews(
        who=who[:80],
        state=state,
        reason=clean_line(reason)[:80],
        queue=clean_line(event.get("queue", ""))[:80],
        leaves=name == "queuememberremoved",
        at=moment(event.get("timestamp", "")),
    )


def _state(name: str, event: Message) -> tuple[str, str]:
    if name == "queuememberremoved":
        return "away", ""
    if event.get("paused") == "1":
        return "break", event.get("pausedreason") or event.get("reason", "")
    if event.get("incall") == "1":
        return "on_call", ""
    return _DEVICES.get(event.get("status", "1"), "available"), ""


def _news(event: Message, call: str, step: Step, *who: str) -> CallNews:
    caller = number(event.get("calleridnum", ""))
    return CallNews(
        call=call,
        step=step,
        caller=caller,
        caller_name=_name(event.get("calleridname", "")),
        queue=clean_line(event.get("queue", ""))[:80],
        who=tuple(dict.fromkeys(one for one in who if one)),
        at=moment(event.get("timestamp", "")),
    )


def _name(text: str) -> str:
    return "" if text.lower() in {"<unknown>", "unknown", "anonymous"} else clean_line(text, limit=200)


def _began(event: Message, call: str) -> CallNews:
    caller, called = number(event.get("calleridnum", "")), number(event.get("exten", ""))
    return CallNews(
        call=call,
        step=Step.BEGAN,
        direction=direction_of(caller, called),
        caller=caller,
        caller_name=_name(event.get("calleridname", "")),
        called=called,
        at=moment(event.get("timestamp", "")),
    )


def _queued(event: Message, call: str) -> CallNews:
    return _news(event, call, Step.QUEUED)


def _left(event: Message, call: str) -> CallNews:
    return _news(event, call, Step.LEFT)


def _offered(event: Message, call: str) -> CallNews | None:
    """Where it rings. A dialling of old versions ends with the same name."""
    if event.get("subevent", "Begin") != "Begin":
        return None
    who = event.get("destchannel") or event.get("destination") or event.get("interface", "")
    caller = event.get("calleridnum", "")
    news = _news(event, call, Step.OFFERED, extension_of(who))
    return news if caller != extension_of(who) else None


def _answered(event: Message, call: str) -> CallNews:
    who = (
        event.get("destchannel") or event.get("interface") or event.get("channel2") or event.get("member", "")
    )
    return _news(event, call, Step.ANSWERED, extension_of(who))


def _connected(event: Message, call: str) -> CallNews | None:
    return _answered(event, call) if event.get("dialstatus", "").upper() == "ANSWER" else None


def _linked(event: Message, call: str) -> CallNews | None:
    return _answered(event, call) if event.get("bridgestate", "").lower() == "link" else None


def _ended(event: Message, call: str) -> CallNews:
    code = event.get("cause", "")
    return CallNews(
        call=call,
        step=Step.ENDED,
        cause=_CAUSES.get(code, "failed" if code not in {"", "0"} else "normal"),
        at=moment(event.get("timestamp", "")),
    )


def _summed_up(event: Message, call: str) -> CallNews:
    """A record of a call: its end, should the hanging up have been missed. Its times name no zone."""
    return CallNews(
        call=call,
        step=Step.ENDED,
        cause=_DISPOSITIONS.get(event.get("disposition", "").upper(), "normal"),
        at=moment(event.get("timestamp", "")),
    )


def _recorded(event: Message, call: str) -> CallNews | None:
    if event.get("variable", "").upper() != "MIXMONITOR_FILENAME" or not event.get("value"):
        return None
    return CallNews(call=call, step=Step.RECORDED, at=moment(event.get("timestamp", "")))


def _told(event: Message, call: str) -> CallNews | None:
    """`UserEvent(VefaVoicemail,File: …,Caller: …)` and `UserEvent(VefaRecording,File: …)` in a dialplan."""
    step = _OWN.get(event.get("userevent", "").lower())
    if step is None or not event.get("file"):
        return None
    return CallNews(
        call=call, step=step, caller=number(event.get("caller", "")), at=moment(event.get("timestamp", ""))
    )


def file_of(event: Message) -> str:
    """Where the exchange keeps what an event says was recorded."""
    return event.get("file", "") if "userevent" in event else event.get("value", "")


_OWN: Mapping[str, Step] = MappingProxyType({"vefavoicemail": Step.VOICEMAIL, "vefarecording": Step.RECORDED})
_SEATS = frozenset(
    {
        "queuemember", "queuememberadded", "queuememberremoved", "queuememberstatus", "queuememberpaused",
        "queuememberpause",
    }
)  # fmt: skip
_CALLS: Mapping[str, Callable[[Message, str], CallNews | None]] = MappingProxyType(
    {
        "newchannel": _began,
        "join": _queued,
        "queuecallerjoin": _queued,
        "queuecallerabandon": _left,
        "dial": _offered,
        "dialbegin": _offered,
        "agentcalled": _offered,
        "agentconnect": _answered,
        "dialend": _connected,
        "bridge": _linked,
        "hangup": _ended,
        "cdr": _summed_up,
        "varset": _recorded,
        "userevent": _told,
    }
)
