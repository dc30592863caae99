"""The certificate of one nightly audit: how much was looked at, and what is broken, with the way to each row."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.contrib import admin
from django.contrib.humanize.templatetags.humanize import intcomma
from django.db.models import Model
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.timezone import now
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_AUDIT
from clinic.audit.invariant import Invariant
from clinic.audit.selectors import invariants_by_name, is_stale
from clinic.models import Certificate


@dataclass(frozen=True)
class BrokenRow:
    """`what` names the row; `link` is empty where no page shows it."""

    what: str
    sentence: str
    link: str


@dataclass(frozen=True)
class BrokenRule:
    """A rule and the rows that break it; `left` more rows break it than are named."""

    rule: str
    remedy: str
    count: int
    rows: list[BrokenRow]

    @property
    def left(self) -> int:
        return self.count - len(self.rows)

    @property
    def count_words(self) -> str:
        return ngettext("%(n)d row", "%(n)d rows", self.count) % {"n": self.count}


class CertificatePage(StaffPage):
    title = gettext_lazy("Audit")
    permission_required = SEE_AUDIT
    template_name = "admin_ext/records/certificate.html"

    def get(self, request, pk):
        certificate = self.own(Certificate, pk)
        self.context_model, self.context_row = Certificate, certificate
        broken = list(broken_rules(certificate))
        return self.render_to_response(
            self.get_context_data(
                certificate=certificate, broken=broken, is_newest=self.is_newest(certificate),
                is_stale=is_stale(certificate, at=now()),
            )
        )  # fmt: skip

    def is_newest(self, certificate: Certificate) -> bool:
        later = Certificate.objects.of(self.organisation).filter(checked_at__gt=certificate.checked_at)
        return not later.exists()


def rows_words(certificate: Certificate) -> str:
    count = certificate.rows_checked
    return ngettext("%(n)s row checked", "%(n)s rows checked", count) % {"n": intcomma(count)}


def broken_rules(certificate: Certificate) -> Iterator[BrokenRule]:
    """What the certificate found, in the words of today; a rule that is no longer asked keeps its name. No query."""
    known = invariants_by_name() if certificate.findings else {}
    for finding in certificate.findings:
        invariant = known.get(finding["invariant"])
        if invariant is None:
            yield BrokenRule(finding["invariant"], "", finding["count"], [])
        else:
            rows = [broken_row(invariant, row) for row in finding["rows"]]
            yield BrokenRule(str(invariant.rule), str(invariant.remedy), finding["count"], rows)


def broken_row(invariant: Invariant, row: dict) -> BrokenRow:
    values = {"what": capfirst(invariant.model._meta.verbose_name), "number": row["key"]}
    return BrokenRow(
        what=_("%(what)s %(number)s") % values,
        sentence=invariant.sentence(row),
        link=page_of(invariant.model, row["key"]),
    )


def page_of(model: type[Model], key: object) -> str:
    """The page of a row; empty where it has none. A guard of the database, which has no number, has none either."""
    model_admin = admin.site._registry.get(model)
    if model_admin is None or not isinstance(key, int):
        return ""
    if model_admin.row_page and model_admin.row_key == "pk":
        return reverse(f"admin:{model_admin.row_page}", args=[key])
    return reverse(f"admin:clinic_{model._meta.model_name}_change", args=[key])
