"""Two app configurations: Django's admin with our site in it, and the workflows that register on that site."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig


class ClinicAdminConfig(AdminConfig):
    default_site = "admin_ext.site.ClinicAdminSite"


class AdminExtConfig(AppConfig):
    name = "admin_ext"

    def ready(self) -> None:
        for workflow in self.workflows():
            if find_spec(f"{workflow}.admin"):
                import_module(f"{workflow}.admin")

    def workflows(self) -> list[str]:
        """The packages of admin_ext in alphabetical order, as dotted names."""
        return [f"{self.name}.{module.name}" for module in iter_modules(self.module.__path__) if module.ispkg]
