"""A call through a queue as Asterisk 18 tells it, written from docs.asterisk.org (AMI Events)."""

CALL = "1774749600.41"
SECOND = "1774749600.42"


def block(event: str, **facts: str) -> str:
    lines = [f"Event: {event}", *(f"{key}: {value}" for key, value in facts.items())]
    return "\r\n".join(lines) + "\r\n\r\n"


def _on(channel: str, unique: str, **facts: str) -> dict[str, str]:
    return {"Channel": channel, "Uniqueid": unique, "Linkedid": CALL, **facts}


CALLER = _on("PJSIP/trunk-00000021", CALL, CallerIDNum="05321112233", CallerIDName="Ali Demir")
OFFER = {
    **CALLER, "DestChannel": "PJSIP/201-00000022", "DestUniqueid": SECOND, "DestLinkedid": CALL,
    "DialString": "201",
}  # fmt: skip

BEGINNING = block("Newchannel", **CALLER, ChannelState="4", Exten="02325550137", Context="from-trunk")
WAITING = block("QueueCallerJoin", **CALLER, Queue="hotline", Position="1", Count="1")
RINGING = (
    block("Newchannel", **_on("PJSIP/201-00000022", SECOND, CallerIDNum="201", Exten="s"))
    + block("DialBegin", **OFFER)
    + block("AgentCalled", **OFFER, Queue="hotline", Interface="PJSIP/201", MemberName="Derya")
)
TALKING = (
    block("DialEnd", **OFFER, DialStatus="ANSWER")
    + block("AgentConnect", **OFFER, Queue="hotline", Interface="PJSIP/201", HoldTime="9", RingTime="4")
    + block(
        "QueueMemberStatus", Queue="hotline", Interface="PJSIP/201", StateInterface="PJSIP/201",
        Status="2", Paused="0", InCall="1",
    )
)  # fmt: skip
OVER = (
    block("VarSet", **CALLER, Variable="MIXMONITOR_FILENAME", Value="/var/spool/asterisk/monitor/41.wav")
    + block("Hangup", **_on("PJSIP/201-00000022", SECOND), Cause="16")
    + block("Hangup", **CALLER, Cause="16")
    + block("Cdr", Source="05321112233", Destination="02325550137", UniqueID=CALL, Disposition="ANSWERED")
)
ANSWERED = BEGINNING + WAITING + RINGING + TALKING + OVER
ABANDONED = (
    BEGINNING
    + WAITING
    + RINGING
    + block("QueueCallerAbandon", **CALLER, Queue="hotline", Position="1", HoldTime="31")
    + block("Hangup", **CALLER, Cause="21")
)
