"""The page of a batch: approve proposals, all or some, settle the rest one by one, take an approval back."""

from functools import cached_property

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.pages import StaffPage
from admin_ext.reading import read_moment, read_words
from admin_ext.rebooking.lines import Line, lines_of
from admin_ext.roles import REBOOK, UNDO
from admin_ext.scope import KEY_LENGTH, own_rows
from clinic.enums import RefusalCode
from clinic.errors import ClinicError, InvalidEntry, Refusal
from clinic.models import Clinic, Operation, Provider, Rebooking, RebookingItem
from clinic.scheduling.planning import RebookingPlan, plan_rebooking
from clinic.scheduling.rebooking import selectors
from clinic.scheduling.rebooking.hits import open_items
from clinic.scheduling.rebooking.settling import LONGEST, Choice, approve, keep, note_call
from clinic.scheduling.undoing import undo

VERBS = ("called", "kept")


class RebookingPage(StaffPage):
    """GET shows the proposals; POST moves the appointments that are ticked to the times that are chosen."""

    permission_required = "clinic.view_rebooking"
    template_name = "admin_ext/rebooking/page.html"
    fragment_name = "admin_ext/rebooking/batch.html"
    context_model = Rebooking
    refusals: tuple = ()

    @property
    def title(self) -> str:
        return selectors.title(self.batch)

    @cached_property
    def batch(self) -> Rebooking:
        batches = selectors.with_counts(own_rows(Rebooking, self.organisation))
        batch = batches.select_related("opened_by").filter(public_id=self.kwargs["public_id"]).first()
        if batch is None:
            raise Http404
        return batch

    @cached_property
    def plan(self) -> RebookingPlan:
        return plan_rebooking(self.batch)

    @cached_property
    def lines(self) -> list[Line]:
        sent = self.request.POST if self.request.method == "POST" else None
        return lines_of(open_items(rebooking=self.batch), self.plan, sent)

    @cached_property
    def settled(self) -> list[RebookingItem]:
        return list(selectors.settled_items(self.batch))

    @property
    def to_approve(self) -> int:
        return sum(line.proposed is not None for line in self.lines)

    @property
    def approvals(self) -> list[Operation]:
        """What has been approved and could be taken back, the newest first, with the number of its items."""
        found: dict[int, Operation] = {}
        for item in self.settled:
            if item.operation and not item.operation.undone_at:
                operation = found.setdefault(item.operation_id, item.operation)
                operation.moved = getattr(operation, "moved", 0) + 1
        return list(found.values())

    def get(self, request, **kwargs):
        return self.render_to_response(self.get_context_data(batch=self.batch))

    def post(self, request, **kwargs):
        if not request.user.has_perm(REBOOK):
            return self.handle_no_permission()
        try:
            operation = approve(self.batch, self.choices(), by=request.user)
        except ClinicError as refusal:
            self.refusals = tuple(str(reason) for reason in refusal.reasons)
            return self.get(request)
        moved = operation.changes.count()
        messages.success(request, moved_words(moved))
        return self.back()

    def choices(self) -> list[Choice]:
        """The times chosen for the items that are ticked; InvalidEntry when one is none."""
        ticked = [key for key in self.request.POST.getlist("item") if key.isdecimal() and len(key) <= KEY_LENGTH]
        items = self.batch.items.select_related("appointment").in_bulk([int(key) for key in ticked])
        return [self.choice(item) for _key, item in sorted(items.items())]

    def choice(self, item: RebookingItem) -> Choice:
        starts_at, provider, clinic = [*self.request.POST.get(f"time-{item.pk}", "").split(" "), "", ""][:3]
        moment = read_moment(starts_at)
        if moment is None:
            missing = Refusal(RefusalCode.INVALID, _("A time is missing."), _("Choose one of those shown."))
            raise InvalidEntry(missing)
        return Choice(item, moment, self.own(Provider, provider), self.own(Clinic, clinic))

    def back(self) -> HttpResponse:
        return self.leave(reverse("admin:rebooking", args=[self.batch.public_id]))


class RebookingItemPage(RebookingPage):
    """POST settles one item by hand: `called` writes down what the patient said, `kept` leaves it with a reason."""

    permission_required = REBOOK
    http_method_names = ["post"]

    def post(self, request, public_id, pk, verb):
        item = self.batch.items.select_related("rebooking", "appointment__patient").filter(pk=pk).first()
        if item is None or verb not in VERBS:
            raise Http404
        said = read_words(request.POST.get("said", ""), LONGEST)
        try:
            if verb == "kept":
                keep(item, by=request.user, reason=said)
                done = _("%(patient)s is kept as it is.")
            else:
                note_call(item, by=request.user, said=said)
                done = _("The call to %(patient)s is noted.")
        except ClinicError as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, done % {"patient": item.appointment.patient})
        return self.back()


class UndoRebookingPage(RebookingPage):
    """POST takes an approval of this batch back: its appointments stand at their old times and wait again."""

    permission_required = UNDO
    http_method_names = ["post"]
    title = gettext_lazy("Undo")

    def post(self, request, public_id, operation):
        row = own_rows(Operation, self.organisation).filter(public_id=operation).first()
        if row is None or not row.rebooking_items.filter(rebooking=self.batch).exists():
            raise Http404
        try:
            undone = undo(row, by=request.user)
        except ClinicError as refusal:
            messages.error(request, str(refusal))
            return self.back()
        messages.success(request, undone_words(len(undone.done)))
        for kept in undone.kept:
            messages.warning(request, f"{kept.row}: {kept.kept_because}")
        return self.back()


def moved_words(count: int) -> str:
    return ngettext("%(n)s appointment is moved.", "%(n)s appointments are moved.", count) % {"n": count}


def undone_words(count: int) -> str:
    return ngettext(
        "%(n)s appointment has its old time again.", "%(n)s appointments have their old times again.", count
    ) % {"n": count}
