"""Forms of the catalogue."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet


class PackageItems(PaginationInlineFormSet):
    def clean(self):
        """A package has something in it."""
        super().clean()
        kept = [
            form for form in self.forms if form not in self.deleted_forms and (form.has_changed() or form.instance.pk)
        ]
        if not any(self.errors) and not kept:
            raise ValidationError(_("A package needs at least one service with its sessions."))
