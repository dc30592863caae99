"""What the last looks over the whole database have found."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinic.models.base import TenantModel


class Certificate(TenantModel):
    """One audit of an organisation's rows: when, how many, and which invariant was broken where.

    `findings` is a list of {"invariant": its name, "count": number of broken rows, "rows": [the first of them]}, where
    a row is its {"key": …} and what else the invariant's sentence names; empty when everything holds.
    """

    checked_at = models.DateTimeField(_("checked at"))
    seconds = models.FloatField(_("seconds"))
    rows_checked = models.PositiveBigIntegerField(_("rows checked"))
    findings = models.JSONField(_("findings"), default=list)

    written_by_services = ("checked_at", "seconds", "rows_checked", "findings")

    class Meta:
        verbose_name = _("audit certificate")
        verbose_name_plural = _("audit certificates")
        ordering = ["-checked_at", "-pk"]
        indexes = [models.Index(name="certificate_newest", fields=["organisation", "-checked_at", "-id"])]

    def __str__(self) -> str:
        return f"{self.checked_at:%Y-%m-%d %H:%M}"
