"""Two app configurations: Django's admin with our site in it, and the workflows that register on that site."""

from importlib import import_module
from importlib.util import find_spec
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from admin_ext.roles import sync_roles


class ClinicAdminConfig(AdminConfig):
    default_site = "admin_ext.site.ClinicAdminSite"


class AdminExtConfig(AppConfig):
    name = "admin_ext"

    def ready(self) -> None:
        post_migrate.connect(sync_roles, sender=apps.get_app_config("clinic"), dispatch_uid="admin_ext.sync_roles")
        for workflow in self.workflows():
            if find_spec(f"{workflow}.admin"):
                import_module(f"{workflow}.admin")

    def workflows(self) -> list[str]:
        """The packages of admin_ext in alphabetical order, as dotted names."""
        return [f"{self.name}.{module.name}" for module in iter_modules(self.module.__path__) if module.ispkg]
