"""The one admin site: unfold's, with the pages of every workflow in front of the lists."""

from importlib import import_module
from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver
from unfold.sites import UnfoldAdminSite


class ClinicAdminSite(UnfoldAdminSite):
    def extra_urls(self) -> list[URLPattern | URLResolver]:
        """The `urlpatterns` of every workflow that has a `urls` module, in the namespace `admin`."""
        workflows = apps.get_app_config("admin_ext").workflows()
        modules = [import_module(f"{workflow}.urls") for workflow in workflows if find_spec(f"{workflow}.urls")]
        return [pattern for module in modules for pattern in module.urlpatterns]
