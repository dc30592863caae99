"""What all pages behind signed links share: whose language and clock they show, who may keep them, how often."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views import View
from django.views.csrf import csrf_failure

from clinic.enums import Language
from clinic.models import Clinic, Patient
from clinic.portal import limits


@dataclass(frozen=True)
class Holder:
    """Who holds a link, and the clinic that has sent it."""

    patient: Patient
    clinic: Clinic


class SignedPage(View):
    """Shown in the patient's language and the clinic's time to whoever has the link, and to nobody too often.

    A page says in `look_up` what its token names.
    """

    def look_up(self, token: str) -> Holder | None:
        """Keep the row that the token names, and say whose it is; None for a token that we have not signed."""
        raise NotImplementedError

    def dispatch(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        return private(self.answered(request, *args, **kwargs))

    def answered(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        address, token = limits.visitor(request), str(kwargs["token"])
        if wait := limits.ADDRESS.wait(address):
            return too_often(request, wait)
        self.at = timezone.now()
        holder = self.look_up(token)
        if holder is None:
            wait = limits.UNKNOWN.wait(address)
            return too_often(request, wait) if wait else notice(request, "unknown", status=404)
        language, wait = holder.patient.language, limits.LINK.wait(token)
        with translation.override(language), timezone.override(holder.clinic.zone):
            response = too_often(request, wait, holder) if wait else super().dispatch(request, *args, **kwargs)
        response["Content-Language"] = language
        return response


def too_often(request: HttpRequest, wait: int, holder: Holder | None = None) -> HttpResponse:
    """Ask for patience: `wait` is in seconds."""
    response = notice(request, "too_often", status=429, holder=holder, wait=wait)
    response["Retry-After"] = str(wait)
    return response


def notice(
    request: HttpRequest, name: str, *, status: int, holder: Holder | None = None, **context: object
) -> HttpResponse:
    """A few words in place of a page: in the language of the holder, with the clinic, or else in every language."""
    own = translation.get_language()
    languages = [own] if holder else sorted(Language.values, key=lambda language: language != own)
    shared = {"languages": languages, "clinic": holder and holder.clinic}
    return render(request, f"clinic/portal/{name}.html", {**shared, **context}, status=status)


def form_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """In place of Django's words about a cookie that is missing, what a patient can do; staff get Django's."""
    if request.resolver_match is None or "token" not in request.resolver_match.kwargs:
        return csrf_failure(request, reason)
    return private(notice(request, "form_refused", status=403))


def private(response: HttpResponse) -> HttpResponse:
    """Kept by nobody on the way, told to no other site, found by no search."""
    add_never_cache_headers(response)
    response["Referrer-Policy"] = "same-origin"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
