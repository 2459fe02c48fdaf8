"""The short box for an answer, on a telephone: by which rules it goes, who reads it, how long it may be."""

from dataclasses import replace
from datetime import datetime

from django.http import QueryDict
from django.utils.translation import gettext

from vefa.cases.models import Case
from vefa.channels.manners import Terms
from vefa.channels.queries import mailbox
from vefa.dialogue.audience import endpoint_for
from vefa.dialogue.queries import ChannelTruth, channel_truth
from vefa.dialogue.terms import TEMPLATE, manners_now
from vefa.dialogue.writing import LIMIT
from vefa.web.desk.answering import notices_of, waits_of, ways_of
from vefa.web.ui import terms as said
from vefa.web.ui import words
from vefa.web.ui.shapes import Truth


def case_truth(case: Case, *, now: datetime) -> ChannelTruth:
    """Where an answer on this case goes, by the rules that will be asked when it is sent."""
    rules, freight = manners_now(case.conversation, endpoint_for(case.conversation, post=mailbox()), now=now)
    return replace(channel_truth(case), terms=rules, freight=freight)


def brief_of(truth: ChannelTruth, *, posted: QueryDict, now: datetime) -> Truth:
    """What stands at the box; approved texts are chosen on the page of the case alone."""
    rules, draft = truth.terms or Terms(length=LIMIT), posted.get("text", "")
    own = tuple(way for way in rules.ways if way != TEMPLATE)
    window, soon = said.left(rules, now)
    closed = truth.reachable and not own
    return Truth(
        channel=truth.channel,
        language=truth.language,
        window=window,
        window_soon=soon,
        until=rules.until.isoformat() if rules.until and rules.until > now else "",
        limit=rules.length,
        counted=rules.counted,
        length=_length(draft, rules),
        notices=(*notices_of(rules), *waits_of(truth)),
        public=bool(said.PUBLIC & set(rules.notices)),
        nothing=gettext("Nothing can be sent here now.") if truth.reachable and not rules.ways else "",
        closed=closed,
        wordless=closed and not draft,
        kept=closed and bool(draft),
        ways=ways_of(own, posted.get("way", "")),
        texts_asked=closed and TEMPLATE in rules.ways,
    )


def way_in(posted: QueryDict) -> str:
    """The way that a form names, "" for the usual one and for what no channel has."""
    way = posted.get("way", "")
    return way if way in said.WAYS and way != TEMPLATE else ""


def _length(draft: str, rules: Terms) -> str:
    """How long the words are; where no browser counts as the provider does, how long they may be."""
    if rules.counted not in said.BY_SERVER:
        return said.length(draft, rules)
    if not rules.length:
        return ""
    return gettext("At most %(limit)s characters") % {"limit": words.digits(rules.length)}
