"""What a page answers after a change: a toast with Undo to htmx, a sentence on the next page to others."""

import json

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.models import Operation


def told(
    request, text: str, *, otherwise: str, undo: str = "", more: str = "", more_words: str = "", tags: str = "success",
    **events: dict,
) -> HttpResponse:  # fmt: skip
    """Say in `text` what was done; `undo` is the address to which taking it back is posted, `more` one to look at.

    The link to `more` is called "What was done" if `more_words` say nothing else.

    To htmx 204 with the event `toast` and those given, on which pages ask again; else the page at `otherwise`, with
    the sentence above it.
    """
    if "HX-Request" not in request.headers:
        messages.add_message(request, messages.ERROR if tags == "error" else messages.SUCCESS, text)
        return redirect(otherwise)
    words = {"undo": _("Undo"), "close": _("Close"), "more": more_words or _("What was done")}
    toast = {"text": str(text), "undo": undo, "more": more, "tags": tags, "words": words}
    named = {name.replace("_", "-"): detail for name, detail in events.items()}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({**named, "toast": toast})})


def told_of(request, operation: Operation, text: str) -> HttpResponse:
    """The same of an operation on appointments, with the way to its page and the way back."""
    page, undo = (reverse(f"admin:{name}", args=[operation.public_id]) for name in ("operation", "undo_operation"))
    return told(request, text, otherwise=page, undo=undo, more=page, appointment_changed={"operation": operation.pk})
