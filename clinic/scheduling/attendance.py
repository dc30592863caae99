"""Patients who did not come: how often, and what the organisation's policy makes of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import FilteredRelation, Q
from django.utils import timezone
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.billing.selectors import amount_text, open_charges
from clinic.enums import UNCONFIRMED_STATUSES, AppointmentStatus, NoShowConsequence, RefusalCode
from clinic.errors import Refusal
from clinic.models import Appointment, Organisation, PackagePurchase, Patient, Policy


@dataclass(frozen=True)
class NoShowRecord:
    """How many no-shows a patient has in the last `days`; those that were waived do not count.

    `limit` of them are enough for the policy's consequence; `consequence` is None below it.
    """

    count: int
    limit: int
    days: int
    consequence: NoShowConsequence | None

    @property
    def must_prepay(self) -> bool:
        return self.consequence == NoShowConsequence.MUST_PREPAY

    @property
    def may_book_online(self) -> bool:
        return self.consequence != NoShowConsequence.NO_SELF_BOOKING

    def must_confirm(self, appointment: Appointment) -> bool:
        """Whether this appointment of the patient still waits for a confirmation that the policy asks for."""
        return self.consequence == NoShowConsequence.MUST_CONFIRM and appointment.status in UNCONFIRMED_STATUSES


def policy_of(organisation_id: int) -> Policy:
    """The organisation's policy; an organisation without one of its own has the usual one. One query."""
    return Organisation(pk=organisation_id).effective_policy


def no_show_record(patient: Patient, *, at: datetime | None = None) -> NoShowRecord:
    """The patient's record as it counts at this moment; one query."""
    return no_show_records([patient], at=at)[patient.pk]


def no_show_records(patients: Iterable[Patient], *, at: datetime | None = None) -> dict[int, NoShowRecord]:
    """The records of all these patients, by key, also of those who always came; one query, whatever the number."""
    at = at or timezone.now()
    missed = Q(
        appointments__status=AppointmentStatus.NO_SHOW, appointments__waived_at=None, appointments__starts_at__lte=at
    )
    policy = "organisation__policy__no_show_"
    rows = (
        Patient.objects.filter(pk__in={patient.pk for patient in patients})
        .annotate(missed=FilteredRelation("appointments", condition=missed))
        .order_by("pk")
        .values_list("pk", f"{policy}limit", f"{policy}days", f"{policy}consequence", "missed__starts_at")
    )
    rules: dict[int, Policy] = {}
    counts: dict[int, int] = {}
    for patient, limit, days, consequence, missed_at in rows:
        given = {"no_show_limit": limit, "no_show_days": days, "no_show_consequence": consequence}
        rules[patient] = Policy(**given) if limit is not None else Policy()
        counts.setdefault(patient, 0)
        if missed_at is not None and missed_at > at - timedelta(days=rules[patient].no_show_days):
            counts[patient] += 1
    return {patient: _record(rules[patient], count) for patient, count in counts.items()}


def refusals(patient: Patient, purchase: PackagePurchase | None, at: datetime) -> list[Refusal]:
    """Why this patient may not book without paying first; empty for a session of a package. At most two queries."""
    if purchase is not None:
        return []
    record = no_show_record(patient, at=at)
    if not record.must_prepay:
        return []
    message = ngettext(
        "%(patient)s has %(count)d no-show in %(days)d days and pays in advance: a single session cannot be booked.",
        "%(patient)s has %(count)d no-shows in %(days)d days and pays in advance: a single session cannot be booked.",
        record.count,
    ) % {"patient": patient, "count": record.count, "days": record.days}
    return [Refusal(RefusalCode.POLICY, message, _way_out(patient))]


def _record(policy: Policy, count: int) -> NoShowRecord:
    consequence = NoShowConsequence(policy.no_show_consequence) if count >= policy.no_show_limit else None
    return NoShowRecord(count, policy.no_show_limit, policy.no_show_days, consequence)


def _way_out(patient: Patient) -> str:
    hint = _("Book on a package, or ask a manager to waive a no-show.")
    fees = [
        _("%(amount)s for %(what)s") % {"amount": amount_text(charge), "what": charge.get_kind_display()}
        for charge in open_charges(patient)
    ]
    if fees:
        hint += " " + _("Still to be paid: %(fees)s.") % {"fees": get_text_list(fees, _("and"))}
    return hint
