"""Forms of the catalogue."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import PaginationInlineFormSet


class PackageItems(PaginationInlineFormSet):
    def clean(self):
        """A package has something in it."""
        super().clean()
        kept = {form for form in self.forms if form.instance.pk or form.has_changed()}
        if not kept - set(self.deleted_forms):
            raise ValidationError(_("A package needs at least one service with its sessions."))
