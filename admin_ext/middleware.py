"""The language and the clock that staff see on their pages, and what a page does when nobody is signed in any more."""

from collections.abc import Callable
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone, translation


class StaffLocaleMiddleware:
    """The language chosen in the account menu, else that of the login; the organisation's time zone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            translation.activate(user.language)
            request.LANGUAGE_CODE = translation.get_language()
        with timezone.override(ZoneInfo(user.organisation.time_zone) if user.organisation else None):
            return self.get_response(request)


class SignInAgainMiddleware:
    """Leads a page that asks for a fragment after the session has ended to the login, not the login into the page."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        login = reverse("admin:login")
        if "HX-Request" in request.headers and response.headers.get("Location", "").startswith(login):
            return HttpResponse(headers={"HX-Redirect": login})
        return response
