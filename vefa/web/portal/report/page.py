"""What the pages of a report have in common: the way back, the place in the row, the way on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from vefa.web.portal.report import answers as kept
from vefa.web.portal.report import steps
from vefa.web.portal.report.answers import Answers
from vefa.web.ui.words import digits


@dataclass(frozen=True)
class Step:
    """One page of a report: its name and the question that is its heading."""

    name: str
    question: str


def asked(request: HttpRequest, step: Step, form: forms.Form, more: Mapping[str, Any]) -> HttpResponse:
    """The page with its question; 422 and "Error:" in the title when something needs another look."""
    wrong = form.is_bound and bool(form.errors)
    answers = more.get("answers") or kept.of(request)
    before = steps.preceding(step.name, answers)
    facts = {
        "answers_form": "answers",
        "form": form,
        "wrong": wrong,
        "question": step.question,
        "place": progress(step.name),
        "back": address_of(before, answers) if before else reverse("portal:home"),
        "answers": answers,
    }
    return render(request, f"portal/report/{step.name}.html", {**facts, **more}, status=422 if wrong else 200)


def progress(name: str) -> str:
    """How far along: "3 of 5"."""
    part, whole = steps.PROGRESS[name], steps.TOTAL
    return gettext("%(part)s of %(whole)s") % {"part": digits(part), "whole": digits(whole)}


def onward(request: HttpRequest, answers: Answers) -> HttpResponse:
    """Remember the answers and show the first page that still waits for one."""
    kept.keep(request.session, answers)
    return redirect(address_of(steps.first_open(answers), answers))


def address_of(name: str, answers: Answers) -> str:
    """A page of this very report."""
    return f"{reverse(f'portal:report-{name}')}?{kept.FIELD}={answers.key}"


def detour(answers: Answers, name: str) -> HttpResponse | None:
    """A way to the page that must come first, if this one was opened too early."""
    return (
        None if steps.reachable(name, answers) else redirect(address_of(steps.first_open(answers), answers))
    )
