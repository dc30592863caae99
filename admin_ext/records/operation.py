"""The page of one bulk action: what it did row by row, whom it told, what can still be undone and what no longer."""

from collections import Counter
from collections.abc import Sequence

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from admin_ext.answers import told
from admin_ext.pages import StaffPage
from admin_ext.reading import read_words
from admin_ext.records.lines import Line, lines_of
from admin_ext.roles import ADJUST_PACKAGE, REFUND, UNDO
from admin_ext.scope import own_rows
from clinic.enums import CANCELLED_STATUSES, MessageStatus, OperationKind
from clinic.errors import ClinicError
from clinic.models import Message, Operation, User
from clinic.scheduling.undo_jobs import start_undo, undo_under_way
from clinic.scheduling.undoing import Undone, undo

LINES = 50  # on a page
AT_ONCE = 50  # rows; more are undone by a job
LONGEST_REASON = 100  # letters, as the form says
#: What takes a permission of its own, to be done and to be undone.
PERMISSIONS = {
    OperationKind.EXTEND: ADJUST_PACKAGE,
    OperationKind.ADJUST: ADJUST_PACKAGE,
    OperationKind.TRANSFER: ADJUST_PACKAGE,
    OperationKind.SALE: REFUND,
}


class OperationPage(StaffPage):
    title = gettext_lazy("Bulk action")
    permission_required = "clinic.view_operation"
    template_name = "admin_ext/records/operation.html"
    context_model = Operation

    def get(self, request, public_id):
        operation = self.operation(public_id)
        lines = lines_of(operation, by=request.user)
        return self.render_to_response(
            self.get_context_data(
                operation=operation,
                lines=Paginator(lines, LINES).get_page(request.GET.get("page")),
                undoing=None if operation.undone_at else undo_under_way(operation),
                **who_was_told(operation),
                may_undo=may_undo(request.user, operation),
                **counts(lines),
            )
        )

    def operation(self, public_id) -> Operation:
        rows = own_rows(Operation, self.organisation).select_related("by", "undone_by")
        operation = rows.filter(public_id=public_id).first()
        if operation is None:
            raise Http404
        return operation


class UndoOperationPage(OperationPage):
    """Undo what can still be undone, once: at once, or as a job where that takes its time."""

    permission_required = UNDO
    http_method_names = ["post"]

    def post(self, request, public_id) -> HttpResponse:
        operation, reason = self.operation(public_id), read_words(request.POST.get("reason", ""), LONGEST_REASON)
        if not may_undo(request.user, operation):
            raise PermissionDenied
        page = reverse("admin:operation", args=[public_id])
        if operation.appointments.count() + operation.changes.count() > AT_ONCE:
            job = start_undo(operation, by=request.user, reason=reason)
            return self.leave(reverse("admin:job", args=[job.public_id]))
        try:
            undone = undo(operation, by=request.user, reason=reason)
        except ClinicError as refusal:
            return told(request, str(refusal), otherwise=page, more=page, tags="error")
        changed = {"appointment_changed": {"operation": operation.pk}}
        return told(request, undone_words(undone, operation), otherwise=page, more=page, **changed)


def may_undo(user: User, operation: Operation) -> bool:
    """Whether this person may undo it: what takes a permission of its own takes it to be undone, too."""
    return user.has_perm(UNDO) and user.has_perm(PERMISSIONS.get(operation.kind, UNDO))


def who_was_told(operation: Operation) -> dict:
    """The messages written because of the operation or its undo, by status; of those skipped, the patients.

    Of one that does nothing else, how many messages it wrote and to how many patients.
    """
    about = Q(operation=operation) | Q(operation=None, appointment__operation=operation)
    rows = list(Message.objects.filter(about).order_by().values_list("status", "patient"))
    told = Counter(status for status, _patient in rows)
    told[MessageStatus.SKIPPED] = len({patient for status, patient in rows if status == MessageStatus.SKIPPED})
    is_reminder = operation.kind == OperationKind.REMIND
    return {"told": told, "reminded": (len(rows), len({patient for _status, patient in rows})) if is_reminder else None}


def counts(lines: Sequence[Line]) -> dict:
    """How many rows there are of what kind, and what an undo would do to how many of them."""
    patients = {line.patient.pk: line.patient for line in lines}
    booked = [line for line in lines if line.change is None]
    possible = [line for line in lines if line.is_possible]
    return {
        "booked": len(booked),
        "kept": sum(line.row.status not in CANCELLED_STATUSES for line in booked),
        "is_booking": bool(booked) and len(booked) == sum(line.appointment is not None for line in lines),
        "is_mixed": len({line.change and line.change.kind for line in lines if line.appointment}) > 1,
        "undoable": len(possible),
        "undo_words": undo_words(possible),
        "refused": [line for line in lines if line.because],
        "patients": len(patients),
        "patient": next(iter(patients.values())) if len(patients) == 1 else None,
    }


def undo_words(lines: Sequence[Line]) -> list[str]:
    """What an undo does, a sentence with its number for each way back."""
    ways = Counter(line.way_back for line in lines)
    return [words(ways[way]) for way, words in WAYS_BACK.items() if ways[way]]


def cancel_words(count: int) -> str:
    words = ngettext("Take this %(n)d appointment back", "Take these %(n)d appointments back", count)
    return words % {"n": count}


def move_words(count: int) -> str:
    return ngettext("Move %(n)d appointment back", "Move %(n)d appointments back", count) % {"n": count}


def bring_words(count: int) -> str:
    words = ngettext("Bring %(n)d cancelled appointment back", "Bring %(n)d cancelled appointments back", count)
    return words % {"n": count}


def package_words(count: int) -> str:
    return ngettext("Make %(n)d package what it was", "Make %(n)d packages what they were", count) % {"n": count}


WAYS_BACK = {"call_off": cancel_words, "move": move_words, "bring": bring_words, "package": package_words}


def undone_words(undone: Undone, operation: Operation) -> str:
    """What an undo has done, and how much it had to keep."""
    count, kept = len(undone.done), len(undone.kept)
    if operation.changes.exists():
        words = ngettext("%(n)d change is undone.", "%(n)d changes are undone.", count)
    else:
        words = ngettext("%(n)d appointment is cancelled.", "%(n)d appointments are cancelled.", count)
    sentences = [words % {"n": count}]
    if kept:
        words = ngettext("%(n)d could not be undone: %(why)s", "%(n)d could not be undone: %(why)s", kept)
        reasons = list(dict.fromkeys(one.kept_because for one in undone.kept))
        sentences.append(words % {"n": kept, "why": reasons[0] if len(reasons) == 1 else _("look below for why.")})
    return " ".join(sentences)
