"""Writing the reason and the notes of an appointment, and what is shown when two people write at once."""

from django.utils.translation import gettext as _

from admin_ext.forms import add_refusal
from admin_ext.front_desk.answers import changed, refused
from admin_ext.front_desk.appointment import AppointmentPage
from admin_ext.front_desk.forms import NotesForm
from admin_ext.front_desk.rows import appointment_or_404
from admin_ext.front_desk.steps import may_take, not_allowed
from admin_ext.roles import CHANGE_BOOKING
from clinic.errors import ClinicError
from clinic.scheduling.booking.notes import may_write, providers_own, words_version, write_notes


class NotesPage(AppointmentPage):
    """POST the words. Somebody else's newer words are shown beside one's own; saving again is then a decision."""

    permission_required = CHANGE_BOOKING
    http_method_names = ["post"]
    fragment_name = "admin_ext/front_desk/notes.html"

    def post(self, request, pk):
        self.appointment = appointment_or_404(self.organisation, pk)
        if not may_take(request.user, self.appointment, "write_notes"):
            is_early = may_write(request.user, self.appointment)
            refusal = not_allowed("write_notes") if is_early else providers_own(self.appointment)
            return refused(request, self.appointment, refusal)
        form = NotesForm(request.POST, organisation=self.organisation, auto_id="note-%s")
        if form.is_valid() and self.is_written(form):
            return changed(request, self.appointment, _("The notes are saved."))
        return self.render_to_response(self.get_context_data(notes_form=form, theirs=self.appointment))

    def is_written(self, form: NotesForm) -> bool:
        words = {name: form.cleaned_data[name] for name in ("reason", "notes")}
        try:
            write_notes(self.appointment, by=self.request.user, expected_version=form.cleaned_data["version"], **words)
        except ClinicError as refusal:
            self.appointment.refresh_from_db(fields=["reason", "notes"])
            form.data = {**form.data.dict(), "version": words_version(self.appointment)}
            add_refusal(form, refusal)
            return False
        return True
