"""What a browser would send: the values of a page's form, to be changed one by one."""

from django.contrib.admin.helpers import InlineAdminFormSet
from django.forms import ModelMultipleChoiceField


def posted_values(response) -> dict[str, object]:
    """Every field of an add or change page as it is filled in on the page, with its inlines."""
    context = response.context
    values = form_values(context["adminform"].form)
    for inline in context["inline_admin_formsets"]:
        values |= formset_values(inline)
    return values


def form_values(form) -> dict[str, object]:
    values = {}
    for bound in form:
        value = bound.value()
        parts = getattr(bound.field.widget, "widgets", None)
        if parts:
            split = value if isinstance(value, list) else bound.field.widget.decompress(value)
            values |= {f"{bound.html_name}_{n}": text(part) for n, part in enumerate(split)}
        elif isinstance(bound.field, ModelMultipleChoiceField):
            values[bound.html_name] = [getattr(one, "pk", one) for one in value or []]
        elif value is not False:
            values[bound.html_name] = text(value)
    return values


def formset_values(inline: InlineAdminFormSet) -> dict[str, object]:
    values = form_values(inline.formset.management_form)
    for form in inline.formset.forms:
        values |= form_values(form)
    return values


def text(value) -> object:
    return "" if value is None else getattr(value, "pk", value)
