"""What the doctors' pages share: whose they are, and which consultation they are about."""

from functools import cached_property

from django.utils.timezone import localdate, now
from django.utils.translation import gettext as _

from admin_ext.ages import age_text
from admin_ext.consultation_room.amounts import left_of
from admin_ext.pages import StaffPage
from admin_ext.roles import SEE_CONSULTATIONS
from admin_ext.scope import own_rows, row_or_404
from clinic.consultations.access import can_access
from clinic.consultations.refusals import why_not_begin
from clinic.enums import ConsultationStatus, RefusalCode
from clinic.errors import Refusal
from clinic.models import Consultation, Provider, User


class DoctorPage(StaffPage):
    """A page of somebody who treats; a login without a provider has no queue and opens no room."""

    permission_required = SEE_CONSULTATIONS

    @property
    def doctor(self) -> Provider | None:
        return getattr(self.request.user, "provider", None)


class RoomPage(DoctorPage):
    """A page about one consultation, `row`: another organisation's is not found."""

    @cached_property
    def row(self) -> Consultation:
        rows = own_rows(Consultation, self.organisation)
        parts = ("patient", "visit", "clinic", "service", "doctor", "organisation", "line__invoice")
        return row_or_404(rows.select_related(*parts), self.kwargs["pk"])

    @property
    def seen_version(self) -> int | None:
        """What of the words the person has seen, as the form says; None where it does not."""
        version = self.request.POST.get("version", "")
        return int(version) if version.isdecimal() and len(version) < 10 else None

    def facts(self) -> dict:
        """What stands above the consultation on each of its pages: not a word of what was found."""
        row = self.row
        born_on = row.patient.born_on
        left = left_of([row.visit]).get(row.visit_id)
        return {
            "row": row,
            "age": age_text(born_on, localdate(now(), row.clinic.zone)) if born_on else "",
            "left": left,
        }


def why_not_enter(row: Consultation, user: User) -> list[Refusal]:
    """All that keeps this person out of the room; empty for who may read what is written there."""
    if can_access(row, user):
        return []
    if row.status == ConsultationStatus.PENDING and (refusals := why_not_begin(row, user)):
        return refusals
    message = _("Only the doctor who sees %(patient)s reads this consultation.") % {"patient": row.patient}
    return [Refusal(RefusalCode.PERMISSION, message, _("Ask the doctor if you need something of it."))]
