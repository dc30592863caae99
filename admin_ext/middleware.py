"""What every page of the staff shares: language and clock, and what is shown in place of a page that cannot be."""

from collections.abc import Callable
from inspect import unwrap
from urllib.parse import urlencode, urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import ResolverMatch, reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from admin_ext.roles import CHANGE_STAFF, roles_with
from clinic import attempts
from clinic.models import (
    Addendum,
    Consultation,
    DayClosing,
    FollowUp,
    Invoice,
    InvoiceLine,
    Payment,
    RefundRequest,
    RefusedAttempt,
    Visit,
)


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
            return HttpResponse(headers={"HX-Redirect": f"{login}?{self.way_back(request)}"})
        return response

    def way_back(self, request: HttpRequest) -> str:
        """Why the login is shown, and the page that asked, to which it leads back: of this server only."""
        page = request.headers.get("HX-Current-URL", "")
        if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
            return "ended=1"
        path = urlsplit(page)._replace(scheme="", netloc="", fragment="").geturl()
        return urlencode({"ended": 1, REDIRECT_FIELD_NAME: path})


class NoSuchPageMiddleware:
    """Tells staff in their own frame that a page is not there or not theirs, and where to go instead."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not request.user.is_staff or not isinstance(exception, Http404 | PermissionDenied):
            return None
        if isinstance(exception, Http404):
            status, title = 404, _("This page is not there")
            explanation = _("What it showed may have been removed, or the address is not complete.")
        else:
            status, title = 403, _("This page is not for your role")
            explanation = self.whom_to_ask(request)
        context = {
            **admin.site.each_context(request), "title": title, "explanation": explanation,
            "gives_roles": status == 403 and request.user.has_perm(CHANGE_STAFF),
        }  # fmt: skip
        return TemplateResponse(request, "admin_ext/no_such_page.html", context, status=status).render()

    def whom_to_ask(self, request: HttpRequest) -> str:
        """Which roles have the page; whoever gives roles need not ask."""
        roles = ", ".join(_(role) for role in roles_with(permission_of(request.resolver_match)))
        if request.user.has_perm(CHANGE_STAFF):
            return _("These roles have it: %(roles)s.") % {"roles": roles or "–"}
        if not roles:
            return _("If you need it for your work, ask an administrator for the role that has it.")
        return _("If you need it for your work, ask an administrator for a role that has it: %(roles)s.") % {
            "roles": roles
        }


def permission_of(match: ResolverMatch) -> str:
    """What whoever opens the page must be allowed at the least; empty where the page does not say."""
    if model := getattr(model_admin_behind(match.func), "model", None):
        return f"{model._meta.app_label}.view_{model._meta.model_name}"
    needed = getattr(getattr(match.func, "view_class", None), "permission_required", "")
    return needed if isinstance(needed, str) else ""


class DoorMiddleware:
    """Names the page as the door of what is refused behind it, and notes who was turned away at the door itself.

    The latter only at doors to consultations and their money: whoever comes with a POST is turned away by any of
    `REFUSALS`, whoever only looks by not being allowed to.
    """

    REFUSALS = (403, 404, 405)
    WORKFLOWS = ("admin_ext.cash_desk.", "admin_ext.consultation_room.", "admin_ext.reception.")
    MODELS = (
        Visit, Consultation, Addendum, FollowUp, Invoice, InvoiceLine, Payment, RefundRequest, DayClosing,
        RefusedAttempt,
    )  # fmt: skip

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.user.is_authenticated:
            return self.get_response(request)
        with attempts.at_door(by=request.user, target=request.path) as door:
            response = self.get_response(request)
            match = request.resolver_match
            if match and self.is_watched(match) and (code := self.turned_away(request, response)):
                door.broken.append(attempts.Attempt(request.user, request.path, str(code)))
        return response

    def process_view(self, request: HttpRequest, view: Callable, args: tuple, kwargs: dict) -> None:
        if door := attempts.current.get():
            door.name = f"{request.resolver_match.url_name} {request.method}"

    def turned_away(self, request: HttpRequest, response: HttpResponse) -> int:
        """The status that says so, or 0."""
        if request.method != "POST":
            return 403 if response.status_code == 403 else 0
        return response.status_code if response.status_code in self.REFUSALS else 0

    def is_watched(self, match: ResolverMatch) -> bool:
        model = getattr(model_admin_behind(match.func), "model", None)
        return model in self.MODELS or match.func.__module__.startswith(self.WORKFLOWS)


def model_admin_behind(view: Callable) -> object:
    """The ModelAdmin whose page this is, if it is one's: Django says so on its own, simple-history does not."""
    return getattr(view, "model_admin", None) or getattr(unwrap(view), "__self__", None)
