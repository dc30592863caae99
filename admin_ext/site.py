"""The one admin site: unfold's, with the pages of every workflow in front of the lists."""

from importlib import import_module
from importlib.util import find_spec
from time import perf_counter

from django.apps import apps
from django.conf import settings
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver
from django.views.i18n import JavaScriptCatalog
from unfold.sites import UnfoldAdminSite

from admin_ext.navigation import found
from admin_ext.roles import has_own_day


class ClinicAdminSite(UnfoldAdminSite):
    enable_nav_sidebar = True
    empty_value_display = "–"  # what `columns.dash` writes

    def __init__(self, name: str = "admin") -> None:
        super().__init__(name)
        self.disable_action("delete_selected")

    def extra_urls(self) -> list[URLPattern | URLResolver]:
        """The `urlpatterns` of every workflow that has a `urls` module, in the namespace `admin`."""
        workflows = apps.get_app_config("admin_ext").workflows()
        modules = [import_module(f"{workflow}.urls") for workflow in workflows if find_spec(f"{workflow}.urls")]
        return [pattern for module in modules for pattern in module.urlpatterns]

    def index(self, request, extra_context=None) -> HttpResponse:
        """Today's board; for who only treats their own day."""
        if has_own_day(request.user):
            return redirect("admin:my_day")
        return super().index(request, extra_context)

    def search(self, request, extra_context=None) -> HttpResponse:
        """The command palette. Nothing is cached: what a person may see can change at any moment."""
        term = request.GET.get("s", "").strip()
        if not term:
            return HttpResponse()
        started = perf_counter()
        results = Paginator(found(request, term), per_page=100)
        context = {
            "search_term": term,
            "page_obj": results,
            "results": results.page(1),
            "page_counter": 0,
            "execution_time": perf_counter() - started,
        }
        return TemplateResponse(
            request, "unfold/helpers/command_results.html", context, headers={"HX-Trigger": "search"}
        )

    def i18n_javascript(self, request, extra_context=None) -> HttpResponse:
        """The texts of the admin's scripts, with ours after Django's."""
        return JavaScriptCatalog.as_view(packages=["django.contrib.admin", "admin_ext"])(request)

    def logout(self, request, extra_context=None) -> HttpResponse:
        """The next person at this desk starts in a language of their own."""
        response = super().logout(request, extra_context)
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME)
        return response
