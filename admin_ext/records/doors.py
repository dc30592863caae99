"""A refused attempt in words: which page it was tried on, with what, and why not."""

from collections.abc import Callable, Iterator
from functools import cache

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import ModelAdmin
from django.urls import Resolver404, URLPattern, URLResolver, resolve
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from admin_ext.middleware import model_admin_behind
from clinic.attempts import SERVICE, guards
from clinic.enums import RefusalCode

#: The pages that every list has. What else stands behind a list is one of its buttons, and has words of its own.
PAGES = {
    "changelist": pgettext_lazy("page", "list"),
    "add": pgettext_lazy("page", "new row"),
    "change": pgettext_lazy("page", "a row"),
    "delete": pgettext_lazy("page", "deletion"),
    "history": pgettext_lazy("page", "history"),
    "simple_history": pgettext_lazy("page", "earlier version"),
    "import": pgettext_lazy("page", "import"),
    "export": pgettext_lazy("page", "export"),
}
METHODS = {"GET": pgettext_lazy("page", "opened"), "POST": pgettext_lazy("page", "sent")}
STATUSES = {"403": RefusalCode.PERMISSION.label, "404": _("Not there"), "405": _("Not in this way")}


def door_words(door: str) -> tuple[str, str]:
    """The page that the door names and what was done with it; its own name where no page is called so any more."""
    if door == SERVICE:
        return gettext("Without a page"), ""
    name, _space, method = door.rpartition(" ")
    view = views().get(name)
    return (view and page_words(name, view)) or name, str(METHODS.get(method, method))


def page_words(name: str, view: Callable) -> str:
    """The title of the page, or what it is of; empty where it says neither."""
    one = model_admin_behind(view)
    if isinstance(one, ModelAdmin):
        return words_of_list(one, name.removeprefix(f"{one.opts.app_label}_{one.opts.model_name}_"))
    page = getattr(view, "view_class", None)
    title, model = getattr(page, "title", ""), getattr(page, "context_model", None)
    if isinstance(title, str | Promise) and title:
        return str(title)
    return capfirst(model._meta.verbose_name) if model else ""


def words_of_list(one: ModelAdmin, kind: str) -> str:
    """As in "Consultations: history", or with the words on a button, "Consultations: “Begin”"."""
    button = getattr(getattr(one, kind, None), "short_description", kind)
    page = PAGES.get(kind) or gettext("“%(button)s”") % {"button": button}
    return gettext("%(rows)s: %(page)s") % {"rows": capfirst(one.opts.verbose_name_plural), "page": page}


def target_words(target: str) -> str:
    """What it was tried with, as in "Invoice 12"; of an address its page, nothing where it names no row."""
    model, _space, key = target.partition(" ")
    row = apps.all_models["clinic"].get(model)
    if row and key.isdecimal():
        return f"{capfirst(row._meta.verbose_name)} {key}"
    return address_words(target) if target.startswith("/") else target


def address_words(address: str) -> str:
    try:
        match = resolve(address)
    except Resolver404:
        return address
    key = next(iter([*match.args, *match.kwargs.values()]), "")
    one = model_admin_behind(match.func)
    words = one.opts.verbose_name if isinstance(one, ModelAdmin) else page_words(match.url_name, match.func)
    return f"{capfirst(words)} {key}" if key else ""


def refusal_words(code: str) -> str:
    """Why: the refusal's words, or the status with which a page turns away, or the rule of the table that held."""
    if code in RefusalCode.values:
        return str(RefusalCode(code).label)
    return str(STATUSES.get(code) or (gettext("Guarded by the table") if code in guards() else code))


@cache
def views() -> dict[str, Callable]:
    """What answers at each address of the site, by the address's name."""
    return {pattern.name: pattern.callback for pattern in patterns_in(admin.site.get_urls()) if pattern.name}


def patterns_in(urls: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for one in urls:
        yield from patterns_in(one.url_patterns) if isinstance(one, URLResolver) else [one]
