"""Answering by the provider's rules: what the composer offers, and what was chosen in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.utils.translation import gettext, ngettext

from vefa.cases.models import Case
from vefa.channels.manners import Terms
from vefa.channels.port import Place, Slot
from vefa.dialogue import approved, phrases
from vefa.dialogue.approved import Approved
from vefa.dialogue.audience import Listener
from vefa.dialogue.exposure import for_one, is_open
from vefa.dialogue.parcels import Extras
from vefa.dialogue.queries import ChannelTruth
from vefa.dialogue.terms import TEMPLATE
from vefa.dialogue.values import values_for
from vefa.dialogue.writing import LIMIT, Words
from vefa.kit.speaking import told
from vefa.web.ui import terms as said
from vefa.web.ui import words
from vefa.web.ui.shapes import ApprovedText, Gap, Truth, Way

Given = Mapping[str, Sequence[str]]  # a form as it was sent
ALL, ALONE = "all", "one"  # who hears an answer, where others stand behind the case


@dataclass(frozen=True, kw_only=True)
class Typing:
    """What the composer shows again: words, and whatever else was chosen."""

    draft: str = ""
    given: Given = field(default_factory=dict)
    texts: bool = False  # the approved texts are asked for

    def first(self, name: str) -> str:
        """The first value of a field."""
        values = self.given.get(name, ())
        return values[0] if values else ""


def truth_of(truth: ChannelTruth, *, case: Case, now: datetime, private: bool, typing: Typing) -> Truth:
    """What the composer says before anything is sent."""
    rules = truth.terms or Terms(length=LIMIT)
    window, soon = said.left(rules, now)
    texts = _texts(truth, case, typing) if _shows_texts(rules, typing) else ()
    closed = truth.reachable and (not rules.ways or (rules.ways == (TEMPLATE,) and not texts))
    only_texts = truth.reachable and rules.ways == (TEMPLATE,)
    return Truth(
        channel=truth.channel,
        to=truth.address if private and truth.reachable else "",
        language=truth.language or case.language,
        window=window,
        window_soon=soon,
        until=rules.until.isoformat() if rules.until and rules.until > now else "",
        limit=rules.length,
        counted=rules.counted,
        length=said.length(typing.draft, rules),
        hearers=() if closed else _hearers(truth, case, typing),
        notices=(*notices_of(rules), *waits_of(truth)),
        public=bool(said.PUBLIC & set(rules.notices)),
        nothing=_nothing(truth, rules),
        closed=closed,
        wordless=(closed or only_texts) and not typing.draft,
        kept=(closed or only_texts) and bool(typing.draft),
        ways=ways_of(rules.ways, typing.first("way")),
        texts=texts,
        texts_asked=_shows_texts(rules, typing),
        buttons=_buttons(rules, typing.given.get("button", ())),
        button_length=rules.button_length,
        place=_place_words(case) if rules.places and case.lat is not None else "",
        place_chosen=bool(typing.first("place")),
        files=said.files(truth.freight, shown=not truth.reachable),
    )


def words_of(given: Given, *, case: Case, truth: ChannelTruth) -> Words:
    """What is to be said, by the way that was chosen. Raises GapsError."""
    typing = Typing(given=given)
    language = truth.language or case.language
    way = typing.first("way")
    chosen = _chosen(typing, truth) if way == TEMPLATE else None
    if chosen is not None:
        values = {name: typing.first(f"gap-{chosen.id}-{name}") for name in chosen.gaps}
        return Words(
            text=approved.shown(chosen, values),
            language=chosen.language or language,
            way=way,
            extras=Extras(template=approved.filled(chosen, values)),
        )
    buttons = tuple(one.strip() for one in given.get("button", ()) if one.strip())
    place = _place(case) if typing.first("place") else None
    extras = Extras(buttons=buttons, place=place) if buttons or place else None
    voice = typing.first("voice")
    return Words(text=typing.first("text"), language=language, way=way, extras=extras, voice=voice)


def _chosen(typing: Typing, truth: ChannelTruth) -> Approved | None:
    template = typing.first("template")
    return approved.one_of(truth.endpoint_id, int(template)) if template.isdecimal() else None


def notices_of(rules: Terms) -> tuple[str, ...]:
    """Beside the one that the answer is public, which stands in its own place."""
    return tuple(said.notice(code) for code in rules.notices if code not in said.PUBLIC)


def waits_of(truth: ChannelTruth) -> tuple[str, ...]:
    """That what is written now leaves later, and what it waits for."""
    if truth.paused:
        return (gettext("Sending is paused here: your answer waits until somebody lets it go on."),)
    if truth.keyless:
        return (gettext("This account waits for its keys: your answer leaves when it has them."),)
    return ()


def _nothing(truth: ChannelTruth, rules: Terms) -> str:
    if not truth.reachable:
        return nothing_leaves(truth)
    return "" if rules.ways else gettext("Nothing can be sent here now.")


def ways_of(ways: tuple[str, ...], chosen: str) -> tuple[Way, ...]:
    """A choice only where there is one; a single unusual way is told."""
    if ways in ((), ("",)):
        return ()
    usual = chosen if chosen in ways else ways[0]
    known = [(way, said.WAYS.get(way, (way, ""))) for way in ways]
    return tuple(
        Way(value=way, label=str(label), hint=str(hint), chosen=way == usual) for way, (label, hint) in known
    )


def _shows_texts(rules: Terms, typing: Typing) -> bool:
    """One statement: only where nothing else may go, or somebody asks for them."""
    return TEMPLATE in rules.ways and (
        rules.ways[0] == TEMPLATE or typing.texts or typing.first("way") == TEMPLATE
    )


def _texts(truth: ChannelTruth, case: Case, typing: Typing) -> tuple[ApprovedText, ...]:
    language = truth.language or case.language
    found = approved.offered(truth.endpoint_id, language=language)
    return tuple(_text(one, case, typing) for one in found)


def _text(one: Approved, case: Case, typing: Typing) -> ApprovedText:
    """With its gaps filled as far as the case tells, or as they were typed."""
    guessed = _guesses(one, case) if one.gaps else {}
    slots = {slot.name: slot for slot in one.slots}
    values = {name: typing.first(f"gap-{one.id}-{name}") or guessed.get(name, "") for name in one.gaps}
    return ApprovedText(
        id=one.id,
        name=one.name,
        language=one.language,
        text=approved.shown(one, values),
        gaps=tuple(_gap(name, values[name], slots.get(name)) for name in one.gaps),
        chosen=typing.first("template") == str(one.id),
    )


def _gap(name: str, value: str, slot: Slot | None) -> Gap:
    """A field for what is to stand in a gap, in the heading, or behind a button."""
    if slot is None:
        return Gap(name=name, value=value)
    address = slot.kind in approved.FETCHED
    return Gap(name=name, value=value, label=str(said.SLOTS[slot.kind]), address=address)


def _guesses(one: Approved, case: Case) -> dict[str, str]:
    """The variables of the phrase for which the text speaks; a gap with a variable's name takes it anyway."""
    keys = {key.replace("-", "_"): key for key in phrases.sentences()}
    key = keys.get(one.phrase)
    order = phrases.variables(phrases.sentence(key).text(one.language)[0]) if key else []
    values = values_for(Listener(case.conversation, case), language=one.language, data={})
    return approved.guesses(one, order, values)


def _buttons(rules: Terms, typed: Sequence[str]) -> tuple[str, ...]:
    """As many fields as may be filled; those beyond the third stand folded."""
    count = rules.buttons
    return tuple([*typed, *[""] * count][:count])


def _place(case: Case) -> Place | None:
    if case.lat is None or case.lon is None:
        return None
    return Place(latitude=case.lat, longitude=case.lon, label=_place_words(case))


def _place_words(case: Case) -> str:
    return case.place_text or case.reference


def _hearers(truth: ChannelTruth, case: Case, typing: Typing) -> tuple[Way, ...]:
    """The choice where others stand behind the case; words that hold something about a person are for one.

    It stays where it was given once: one person may hear it in two conversations. In public there is none.
    """
    others = truth.others or int(bool(typing.first("hears")))
    if not others or _in_public(truth, case, typing):
        return ()
    meant = ALL if not typing.draft or not for_one(typing.draft, case) else ALONE
    chosen = typing.first("hears") or meant
    more = ngettext(
        "Who reported it and %(count)s more person", "Who reported it and %(count)s more people", others
    )
    return (
        Way(
            value=ALL,
            label=more % {"count": words.digits(others)},
            hint=gettext("the same words in the same language"),
            chosen=chosen != ALONE,
        ),
        Way(value=ALONE, label=gettext("Only who reported it"), chosen=chosen == ALONE),
    )


def _in_public(truth: ChannelTruth, case: Case, typing: Typing) -> bool:
    """Whether the way that stands chosen leads to where everybody reads."""
    offered, way = truth.terms.ways if truth.terms else (), typing.first("way")
    return is_open(case.conversation, way if way in offered else next(iter(offered), ""))


def nothing_leaves(truth: ChannelTruth) -> str:
    """Why no message goes out, and what the resident sees instead."""
    if truth.why_not == "by_hand" and truth.channel == "chat":
        return gettext("It appears in the chat: they read it while the page is open, or when they come back.")
    if truth.why_not == "by_hand":
        return gettext("No message leaves: they read it on the page of the case. Call them if it matters.")
    if truth.why_not == "retired":
        return gettext(
            "The account they wrote to is retired: no message leaves. They read it on the page of the case."
        )
    if truth.why_not == "passed_on":
        return gettext("No message reaches them, for they never wrote to this account: tell them yourself.")
    if truth.why_not == "nowhere":
        return gettext(
            "No message leaves: nobody left an address. The answer stands on the page of the case."
        )
    return gettext("This address takes nothing more: %(why)s") % {"why": told(truth.why_not)}
