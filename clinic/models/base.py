"""What every table of an organisation shares: its owner, its history and its two names."""

from datetime import datetime

from django.db import models
from django.utils.timezone import now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

LONGEST_REASON = 100  # of a history row, which has its own column for it; PostgreSQL refuses a longer text


class TenantQuerySet(models.QuerySet):
    def of(self, organisation) -> "TenantQuerySet":
        """Rows of one organisation; none at all for `None`, so that a missing tenant never opens the wall."""
        return self.filter(organisation=organisation) if organisation is not None else self.none()

    def locked(self) -> "TenantQuerySet":
        """The same rows, locked in the order of their keys; they and what they point to are read after the wait.

        Joined to the locking itself, what a row pointed to before the wait would be looked for in vain or stale.
        """
        keys = list(self.order_by("pk").select_for_update().values_list("pk", flat=True))
        return self.filter(pk__in=keys)


class TenantModel(models.Model):
    """A row that belongs to exactly one organisation."""

    organisation = models.ForeignKey(
        "clinic.Organisation",
        verbose_name=_("organisation"),
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
    )

    objects = TenantQuerySet.as_manager()

    #: Fields that only services write: read-only on every screen, in imports and in history reverts.
    written_by_services: tuple[str, ...] = ()

    class Meta:
        abstract = True

    def record(self, *fields: str, by, reason: str = "", at: datetime | None = None) -> None:
        """Write `fields` (all of them for a new row) together with a history row that says who, when and why."""
        self._history_user = by
        self._history_date = at or now()
        self._change_reason = reason[:LONGEST_REASON] or None
        self.save(update_fields=fields or None)


class RecordedModel(TenantModel):
    """A tenant's row whose every change is kept in its history table."""

    history = HistoricalRecords(inherit=True)

    class Meta:
        abstract = True


class BilingualMixin(models.Model):
    """A name in English and, where there is one, in Arabic."""

    name_en = models.CharField(_("name"), max_length=120)
    name_ar = models.CharField(_("name in Arabic"), max_length=120, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the page's language, in English where the Arabic one is missing."""
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        return in_language(language, self.name_en, self.name_ar)


def in_language(language: str | None, english: str, arabic: str) -> str:
    """The Arabic words where `language` is Arabic and there are any, the English ones otherwise."""
    return arabic if (language or "").startswith("ar") and arabic else english


def choice_check(field: str, choices: type[models.Choices]) -> models.CheckConstraint:
    """A CHECK that keeps `field` inside `choices`: Django's own `choices` do not guard the table."""
    return models.CheckConstraint(
        name=f"%(class)s_{field}_is_known", condition=models.Q(**{f"{field}__in": choices.values})
    )
