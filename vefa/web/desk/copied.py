"""A post that somebody saw in a network, taken in within ten seconds: its address, its words, done."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from vefa.cases.models import Case
from vefa.cases.queries import visible_to
from vefa.channels.manners import Copied
from vefa.channels.models import Endpoint
from vefa.directory.access import Action
from vefa.inbox import copied, intake
from vefa.web.desk.door import StaffRequest, staff_only
from vefa.web.desk.framing import frame_of
from vefa.web.ui import channels
from vefa.web.ui.show import show
from vefa.web.ui.typed import TypedField


class CopiedForm(forms.Form):
    """What a person copies: the address says which post it is, the words what it says."""

    link = forms.CharField(
        label=_("Address of the post"),
        max_length=400,
        widget=forms.TextInput(
            {
                "dir": "ltr",
                "inputmode": "url",
                "autocomplete": "off",
                "autofocus": True,
                "spellcheck": "false",
            }
        ),
        help_text=_("Copy it from the post's own menu, such as https://x.com/name/status/123."),
    )
    text = TypedField(
        label=_("What does it say?"),
        max_length=10_000,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
    author = forms.CharField(
        label=_("Who wrote it?"),
        required=False,
        max_length=100,
        widget=forms.TextInput({"dir": "auto", "autocomplete": "off"}),
        help_text=_("The name there; leave it empty where the address says it."),
    )
    account = forms.TypedChoiceField(
        label=_("At which account?"),
        coerce=int,
        help_text=_("There the post is kept, and by it answered. What is kept already stays where it is."),
    )

    def __init__(self, *given: Any, accounts: Sequence[Endpoint], **more: Any) -> None:
        """A choice of accounts only where there is one."""
        super().__init__(*given, **more)
        if len(accounts) < 2:
            del self.fields["account"]
            return
        language = get_language() or "en"
        choice = self.fields["account"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(one.pk, one.name(language)) for one in accounts]
        choice.initial = accounts[0].pk


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Action.ENTER)
def page(request: StaffRequest) -> HttpResponse:
    """The fields, and their keeping. A post that is known already is shown, never kept twice."""
    accounts = copied.accounts(request.staff, now=timezone.now())
    form = CopiedForm(request.POST or None, accounts=accounts)
    known: Case | None = None
    if request.method == "POST" and form.is_valid():
        try:
            taken = _take(request, form)
        except copied.StrangeLinkError:
            form.add_error("link", _strange(accounts))
        else:
            if taken.fresh:
                messages.success(request, gettext("Kept. It stands in the lists in a moment."))
                return HttpResponseRedirect(reverse("desk:copied"))
            known = visible_to(request.staff).filter(links__contact_id=taken.contact_id).first()
            messages.info(request, gettext("This post is here already; nothing was kept twice."))
    context = {
        "form": form,
        "known": known,
        "networks": _networks(accounts),
        "frame": frame_of(request, now=timezone.now()),
    }
    return show(request, "desk/copied.html", None, context, status=422 if form.errors else 200)


def _take(request: StaffRequest, form: CopiedForm) -> copied.Taken:
    asked = form.cleaned_data
    given = Copied(link=asked["link"], text=asked["text"], author=asked["author"])
    account = asked.get("account") or 0
    taken = copied.take(given, by=request.staff, now=timezone.now(), account=account)
    intake.wake()
    return taken


def _networks(accounts: Sequence[Endpoint]) -> list[str]:
    """What the networks are called on which the city has these accounts."""
    keys = sorted({one.channel for one in accounts})
    return [str(channels.CHANNELS.get(key, channels.UNKNOWN)[1]) for key in keys]


def _strange(accounts: Sequence[Endpoint]) -> str:
    """What to copy instead, by the networks that the city has an account on."""
    names = _networks(accounts)
    if not names:
        return gettext("The city has no account on a network from which posts can be copied.")
    words = gettext("This is no address of a post that we know. We know those of: %(networks)s.")
    return words % {"networks": ", ".join(names)}
