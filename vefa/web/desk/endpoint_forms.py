"""The forms of an account: what each has, and what its channel asks for."""

import re
import secrets as randomness
from collections.abc import Iterator
from typing import Any

import phonenumbers
from django import forms
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from vefa.channels.accounts import rival
from vefa.channels.administering import Particulars, needed_anew, rival_anew
from vefa.channels.manners import REGION, Channel, Field
from vefa.channels.models import Endpoint, Owner
from vefa.channels.queries import accounts, is_taken
from vefa.channels.registry import CHANNELS
from vefa.directory.queries import directory, municipality
from vefa.kit.saying import gettext_noop
from vefa.kit.sorting import in_order
from vefa.triage.groups.sweeping import KEPT_DAYS
from vefa.web.ui import channels
from vefa.web.ui.words import digits

_KEY = re.compile(r"[a-z0-9][a-z0-9_-]{0,59}")
_PROOF = re.compile(r"[A-Za-z0-9_-]{1,256}")
COMMON = frozenset({"key", "language"})  # asked for by the form of particulars
PUBLIC_URL = Field(
    name="public_url",
    label=gettext_noop("Our address for this provider"),
    hint=gettext_noop("Only where it reaches us under another address than residents do: https://…"),
)
DOOR = "door"


class KeyForm(forms.Form):
    """The short name under which the account is known to machines."""

    key = forms.CharField(
        label=_("Short name"),
        max_length=60,
        help_text=_("Small Latin letters, digits, - and _; it becomes part of an address."),
        widget=forms.TextInput({"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_key(self) -> str:
        """It must fit into an address and be free."""
        key = str(self.cleaned_data["key"]).strip()
        if not _KEY.fullmatch(key):
            raise forms.ValidationError(
                _("Only small Latin letters, digits, - and _, beginning with a letter or digit.")
            )
        if is_taken(key):
            raise forms.ValidationError(_("There is an account of this short name already."))
        return key


class ParticularsForm(forms.Form):
    """Names, whose it is, who takes what nobody else takes, how long talk is kept."""

    owner = forms.ChoiceField(label=_("Whose account is it?"))
    default_unit = forms.ChoiceField(label=_("Who takes what nobody else takes?"), required=False)
    language = forms.ChoiceField(
        label=_("Language where we do not know better"), choices=list(channels.LANGUAGES.items())
    )
    personal = forms.BooleanField(
        label=_("Personal: only its owner and those they name read what is not filed yet"), required=False
    )
    retention_days = forms.IntegerField(
        label=_("Days for which talk without a case is kept"),
        help_text=_(
            "Then the words and files of what never became a case are erased; that somebody wrote stays"
            " counted. A case keeps its own. Empty: nothing is erased."
        ),
        required=False,
        min_value=1,
        max_value=36_500,
        widget=forms.NumberInput({"class": "short"}),
    )

    def __init__(self, *args: Any, crowd: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if crowd:
            self.fields["retention_days"].help_text = gettext(
                "Then talk is erased with its files, and people who only talked. Empty: after %(days)s days."
            ) % {"days": digits(KEPT_DAYS)}
        named = {
            f"name_{code}": forms.CharField(
                label=gettext("Name in %(language)s") % {"language": channels.LANGUAGES[code]},
                required=False,
                max_length=120,
                widget=forms.TextInput({"lang": code, "dir": "auto"}),
            )
            for code in municipality().languages
        }
        self.fields = {**named, **self.fields}
        self._choice("owner").choices = owners()
        self._choice("default_unit").choices = [("", "—"), *units()]

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        return field

    def particulars(self) -> Particulars:
        """What was asked for."""
        asked = self.cleaned_data
        owner, _colon, unit = asked["owner"].partition(":")
        return Particulars(
            names={code: asked[f"name_{code}"].strip() for code in municipality().languages},
            language=asked["language"],
            owner=owner,
            unit_key=unit,
            default_unit_key=asked["default_unit"],
            personal=asked["personal"],
            retention_days=asked["retention_days"],
        )


def particulars_of(endpoint: Endpoint) -> dict[str, Any]:
    """What the form of particulars shows of an account that exists."""
    owner = f"{Owner.UNIT}:{endpoint.unit_key}" if endpoint.owner == Owner.UNIT else endpoint.owner
    return {
        **{f"name_{code}": endpoint.names.get(code, "") for code in municipality().languages},
        "owner": owner,
        "default_unit": endpoint.default_unit_key,
        "language": endpoint.language,
        "personal": endpoint.personal,
        "retention_days": endpoint.retention_days,
    }


def owners() -> list[tuple[str, str]]:
    """The institution, the mayor, and every unit."""
    head = [(Owner.INSTITUTION.value, gettext("The institution")), (Owner.MAYOR.value, gettext("The mayor"))]
    return head + [(f"{Owner.UNIT}:{key}", name) for key, name in units()]


def units() -> list[tuple[str, str]]:
    """Every unit in use, by its key."""
    language = get_language() or "en"
    rows = [unit for unit in directory().units.values() if unit.retired_at is None]
    ordered = in_order(rows, lambda unit: unit.name(language), language=language)
    return [(unit.key, unit.name(language)) for unit in ordered]


class ChannelForm(forms.Form):
    """What one channel asks for; of an account that exists a secret stays where nothing is given."""

    def __init__(
        self,
        given: Any,
        *,
        channel: Channel,
        known: Endpoint | None = None,
        held: frozenset[str] = frozenset(),
    ) -> None:
        super().__init__(given, prefix="field")
        self.channel, self._known, self._held = channel, known, held
        door = given.get(f"field-{DOOR}") if given is not None else known and known.settings.get(DOOR)
        self._behind = bool(door)  # then the door's own account has the keys
        for line in lines_of(channel):
            needless = line.name in held or not channel.needs(line, {DOOR: door})
            self.fields[line.name] = _field(line, held=needless, known=known)
            if known is not None and not line.secret:
                self.initial[line.name] = _shown(line, known)

    def clean(self) -> dict[str, Any]:
        """A webhook's secret must fit into a header, and a country must be one."""
        asked = super().clean() or self.cleaned_data
        secret = asked.get("secret", "")
        if secret and not _PROOF.fullmatch(secret):
            self.add_error("secret", gettext("Latin letters, digits, - and _ only, 256 at most."))
        region = asked.get(REGION.name, "").strip().upper()
        if region and region not in phonenumbers.SUPPORTED_REGIONS:
            self.add_error(REGION.name, gettext("No country has these two letters: write TR, KZ or IR."))
        self._check_numbers(asked)
        if not self.errors and not secret and self._lacks_secret():
            self.add_error("secret", gettext("The provider makes this one: enter it here."))
        if self._known is not None and not self.errors:
            self._ask_anew(self._known)
        if not self.errors:
            self._check_alone()
        return asked

    def _check_alone(self) -> None:
        """Two doors for what is pushed to one address would take it from each other."""
        channel, known, given = self.channel, self._known, self.settings()
        if key := rival_anew(known, given) if known else rival(channel, given):
            words = gettext(
                "Everything of it is pushed to one address, that of %(key)s: choose %(key)s as the account"
                " through whose door it comes."
            )
            self.add_error(channel.one_door, words % {"key": key})

    def _lacks_secret(self) -> bool:
        """Whether the provider's own secret is needed, and the account has none or one of ours."""
        gives = self.channel.gives_secret
        known = self._known is not None and "secret" in self._held and gives(self._known.settings)
        return gives(self.settings()) and not known and not self._behind

    def _check_numbers(self, asked: dict[str, Any]) -> None:
        for line in self._lines(secret=False):
            text = line.plain(_text(asked.get(line.name)))
            if line.number and text and not line.takes(text):
                least, most = (digits(bound) for bound in line.number)
                words = gettext("Write a number from %(least)s to %(most)s.")
                self.add_error(line.name, words % {"least": least, "most": most})

    def _ask_anew(self, known: Endpoint) -> None:
        """What would be sent to another address than before is entered anew, beside that address."""
        words = gettext("The address has changed: enter this anew, or it would be sent there.")
        missing = needed_anew(known, self.settings(), held=self._held - self.secrets().keys())
        for secret, place in dict(missing).items():
            self.add_error(secret if secret in self.fields else place, words)

    def settings(self) -> dict[str, str]:
        """The plain settings as texts; an emptied one is empty."""
        lines = self._lines(secret=False)
        return {line.name: line.plain(_text(self.cleaned_data[line.name])) for line in lines}

    def secrets(self) -> dict[str, str]:
        """The secrets that were given, and for a new account those that are made up."""
        found = {}
        for line in self._lines(secret=True):
            value = _text(self.cleaned_data[line.name])
            if not value and line.made_up and line.name not in self._held and not self._behind:
                value = randomness.token_urlsafe(32)
            if value:
                found[line.name] = value
        return found

    def made_up(self) -> list[Field]:
        """The proofs of a new account that nobody gave: the provider must be told of them."""
        return [
            line
            for line in self._lines(secret=True)
            if line.made_up and line.name in self.channel.proofs
            if not self.cleaned_data[line.name] and not self._behind
        ]

    def _lines(self, *, secret: bool) -> Iterator[Field]:
        return (line for line in lines_of(self.channel) if line.secret == secret)


def lines_of(channel: Channel) -> list[Field]:
    """What a channel asks for in the browser; a pushed one may be reached under an address of its own."""
    lines = [line for line in channel.fields if line.name not in COMMON]
    return [*lines, PUBLIC_URL] if channel.pushed else lines


def _field(line: Field, *, held: bool, known: Endpoint | None) -> forms.Field:
    """One line as Django draws it."""
    label, hint = gettext(line.label), _hint(line)
    if line.yes_no:
        return forms.BooleanField(
            label=label, help_text=hint, required=False, initial=known is None and line.default == "yes"
        )
    required = line.required and not held
    if line.choices or line.name == DOOR:
        return forms.ChoiceField(
            label=label,
            help_text=hint,
            required=required,
            choices=_choices(line, known),
            initial=line.default,
        )
    if line.secret:
        return _secret_field(label, hint, required=required, held=held)
    attributes = {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
    return forms.CharField(
        label=label, help_text=hint, required=required, max_length=8000 if line.long else 500,
        widget=forms.Textarea({**attributes, "rows": 4}) if line.long else forms.TextInput(attributes),
        initial=line.default,
    )  # fmt: skip


def _hint(line: Field) -> str:
    """What stands beside a line; where an empty one means the municipality's country, which that is."""
    hint = gettext(line.hint) if line.hint else ""
    return f"{hint} ({municipality().country})" if line == REGION else hint


def _secret_field(label: str, hint: str, *, required: bool, held: bool) -> forms.Field:
    """Never shown again, not even to whoever typed it."""
    kept = gettext("It is kept sealed. Leave it empty to keep it as it is.") if held else ""
    widget = forms.PasswordInput({"dir": "ltr", "autocomplete": "new-password"}, render_value=False)
    return forms.CharField(
        label=label, help_text=" ".join(part for part in (hint, kept) if part), required=required,
        max_length=4000, widget=widget,
    )  # fmt: skip


def _choices(line: Field, known: Endpoint | None) -> list[tuple[str, str]]:
    if line.name == DOOR:
        rows = [row for row in accounts() if row.retired_at is None and not row.settings.get(DOOR)]
        others = [row for row in rows if known is None or row.key != known.key]
        doors = [row.key for row in others if row.channel in CHANNELS and CHANNELS[row.channel].pushed]
        return [("", "—"), *((key, key) for key in doors)]
    words = {
        "none": gettext("none"),
        "thread": gettext("in the thread"),
        "private": gettext("in private"),
    }
    chosen = [(choice, words.get(choice, choice)) for choice in line.choices]
    return chosen if line.required or line.default else [("", "—"), *chosen]


def _shown(line: Field, known: Endpoint) -> object:
    value = str(known.settings.get(line.name, ""))
    return value == "yes" if line.yes_no else value


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value or "").strip()
