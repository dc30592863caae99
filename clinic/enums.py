"""Every closed list of the clinic's vocabulary, with the words staff read for it."""

from django.db.models import IntegerChoices, TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Language(TextChoices):
    ENGLISH = "en", _("English")
    ARABIC = "ar", _("Arabic")


class Sex(TextChoices):
    FEMALE = "female", _("Female")
    MALE = "male", _("Male")
    UNKNOWN = "unknown", _("Not recorded")


class Weekday(IntegerChoices):
    """ISO weekdays: Monday is 1, Sunday is 7."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class NoShowConsequence(TextChoices):
    FLAG = "flag", _("Flag the patient")
    MUST_CONFIRM = "must_confirm", _("Patient must confirm each appointment")
    MUST_PREPAY = "must_prepay", _("Patient must pay in advance")
    NO_SELF_BOOKING = "no_self_booking", _("Patient can no longer book online")


class WorkflowType(TextChoices):
    APPOINTMENT = "appointment", _("Appointment")
    GOPD_CONSULT = "gopd_consult", _("Outpatient consultation")


class BillTiming(TextChoices):
    BEFORE = "before", _("Before the service")
    AFTER = "after", _("After the service")


class PurchaseStatus(TextChoices):
    ACTIVE = "active", pgettext_lazy("package", "Active")
    COMPLETED = "completed", pgettext_lazy("package", "Completed")
    EXPIRED = "expired", _("Expired")
    FROZEN = "frozen", _("Frozen")
    CANCELLED = "cancelled", _("Cancelled")
    TRANSFERRED = "transferred", _("Transferred")


class SessionEntryKind(TextChoices):
    """What may happen to sessions: use and give back change what was used, the others what was bought."""

    GRANT = "grant", _("Granted")
    USE = "use", _("Used")
    GIVE_BACK = "give_back", _("Given back")
    ADJUST = "adjust", _("Adjusted")
    TRANSFER_IN = "transfer_in", _("Transferred in")
    TRANSFER_OUT = "transfer_out", _("Transferred out")
    REFUND = "refund", _("Refunded")
    EXPIRE = "expire", _("Expired")


class LeaveStatus(TextChoices):
    ASKED = "asked", _("Asked")
    APPROVED = "approved", _("Approved")
    REFUSED = "refused", _("Refused")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AppointmentKind(TextChoices):
    CONSULTATION = "consultation", _("Consultation")
    FOLLOW_UP = "follow_up", _("Follow-up")
    THERAPY_SESSION = "therapy_session", _("Therapy session")
    XRAY_REVIEW = "xray_review", _("X-ray review")
    RESULTS_DISCUSSION = "results_discussion", _("Results discussion")
    VIRTUAL = "virtual", _("Virtual")
    EMERGENCY = "emergency", _("Emergency")


class AppointmentStatus(TextChoices):
    SCHEDULED = "scheduled", _("Scheduled")
    RESCHEDULED = "rescheduled", _("Rescheduled")
    CONFIRMED = "confirmed", _("Confirmed")
    ARRIVED = "arrived", _("Arrived")
    IN_PROGRESS = "in_progress", _("In progress")
    COMPLETED = "completed", _("Completed")
    CANCELLED_BY_PATIENT = "cancelled_by_patient", _("Cancelled by patient")
    CANCELLED_BY_CLINIC = "cancelled_by_clinic", _("Cancelled by clinic")
    NO_SHOW = "no_show", _("No-show")


S = AppointmentStatus
UNCONFIRMED_STATUSES = (S.SCHEDULED, S.RESCHEDULED)
MOVABLE_STATUSES = (*UNCONFIRMED_STATUSES, S.CONFIRMED)
LIVE_STATUSES = (*MOVABLE_STATUSES, S.ARRIVED, S.IN_PROGRESS)
CANCELLED_STATUSES = (S.CANCELLED_BY_PATIENT, S.CANCELLED_BY_CLINIC)

#: No status of an appointment: a time kept for whoever accepts the offer of it, in the same table under the same rules.
HELD = "held"


class MessageKind(TextChoices):
    BOOKED = "booked", _("Appointment booked")
    MOVED = "moved", _("Appointment moved")
    CANCELLED = "cancelled", _("Appointment cancelled")
    ASSIGNED = "assigned", _("Package assigned")
    PLANNED = "planned", _("Sessions booked")
    PLAN_UNDONE = "plan_undone", _("Sessions cancelled")
    SESSIONS_MOVED = "sessions_moved", _("Sessions moved")
    WAITLIST_OFFER = "waitlist_offer", _("Offer of a free time")
    RECEIPT = "receipt", _("Payment receipt")
    PACKAGE_EXPIRING = "package_expiring", _("Package expires soon")


class Channel(TextChoices):
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    WHATSAPP = "whatsapp", _("WhatsApp")


class MessageStatus(TextChoices):
    QUEUED = "queued", _("Queued")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    SKIPPED = "skipped", _("Skipped")
    CANCELLED = "cancelled", _("Cancelled")


class JobKind(TextChoices):
    BULK_PLAN = "bulk_plan", _("Plan everyone's unbooked sessions")
    BULK_APPLY = "bulk_apply", _("Book planned sessions")
    BULK_UNDO = "bulk_undo", _("Take planned sessions back")


class JobStatus(TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class OperationKind(TextChoices):
    """What is done to many rows at once."""

    AUTO_SCHEDULE = "auto_schedule", _("Auto-schedule")
    SERIES_BOOKED = "series_booked", _("Series booked")
    SERIES_MOVED = "series_moved", _("Series changed")
    SERIES_CANCELLED = "series_cancelled", _("Series cancelled")
    REBOOKING = "rebooking", _("Re-booking")
    CANCEL_REMAINING = "cancel_remaining", _("Remaining sessions cancelled")
    MOVE_REMAINING = "move_remaining", _("Remaining sessions moved")
    TRANSFER = "transfer", _("Package transferred")
    FREEZE = "freeze", _("Package frozen")
    UNFREEZE = "unfreeze", _("Package unfrozen")
    EXTEND = "extend", _("Package extended")
    ADJUST = "adjust", _("Sessions adjusted")
    REMIND = "remind", _("Patients reminded")
    SALE = "sale", _("Package sold")
    IMPORT = "import", _("Import")


class ChangeKind(TextChoices):
    """What an operation does to one row; what it books is known by the appointment's own `operation`."""

    MOVED = "moved", pgettext_lazy("happened", "Moved")
    CANCELLED = "cancelled", pgettext_lazy("happened", "Cancelled")
    EXTENDED = "extended", pgettext_lazy("package", "Extended")
    ADJUSTED = "adjusted", pgettext_lazy("package", "Adjusted")
    FROZEN = "frozen", pgettext_lazy("package", "Frozen")
    UNFROZEN = "unfrozen", pgettext_lazy("package", "Unfrozen")
    TRANSFERRED = "transferred", pgettext_lazy("package", "Transferred")
    ASSIGNED = "assigned", pgettext_lazy("package", "Assigned")


class Scope(TextChoices):
    """How much of a series a change is for; what has been held never changes."""

    THIS = "this", _("This appointment")
    FOLLOWING = "following", _("This and the following")
    ALL = "all", _("All that have not been held")


class OccurrenceState(TextChoices):
    """What a date of a series is before it is booked."""

    FREE = "free", pgettext_lazy("date", "Free")
    CONFLICT = "conflict", pgettext_lazy("date", "Taken")
    CLOSED = "closed", pgettext_lazy("date", "Closed")
    EXPIRED = "expired", _("After the package expires")
    BEYOND = "beyond", _("No session left")


class RebookingCause(TextChoices):
    """What took the time away."""

    LEAVE = "leave", _("Leave")
    CLOSURE = "closure", _("Closure")
    HOURS = "hours", _("Changed working hours")


class RebookingStatus(TextChoices):
    OPEN = "open", pgettext_lazy("re-booking", "Open")
    DONE = "done", pgettext_lazy("re-booking", "Done")


class RebookingWay(TextChoices):
    """How an appointment that has lost its time can be kept, the least disturbing first."""

    SAME_TIME = "same_time", _("Same time, another provider")
    SAME_PROVIDER = "same_provider", _("Same provider, another time")
    OTHER_PROVIDER = "other_provider", _("Another provider and time")
    OTHER_CLINIC = "other_clinic", _("Another clinic")
    CALL = "call", _("Call the patient")


class RebookingItemStatus(TextChoices):
    """What has become of an appointment that lost its time: until it is settled it is nobody's to forget."""

    OPEN = "open", pgettext_lazy("re-booking", "To be settled")
    MOVED = "moved", pgettext_lazy("re-booking", "Moved")
    KEPT = "kept", pgettext_lazy("re-booking", "Kept as it is")
    SETTLED = "settled", pgettext_lazy("re-booking", "Settled otherwise")


class Urgency(IntegerChoices):
    ROUTINE = 1, _("Routine")
    SOON = 2, _("Soon")
    URGENT = 3, _("Urgent")


class WaitlistStatus(TextChoices):
    WAITING = "waiting", pgettext_lazy("waitlist", "Waiting")
    BOOKED = "booked", pgettext_lazy("waitlist", "Booked")
    EXPIRED = "expired", pgettext_lazy("waitlist", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("waitlist", "Withdrawn")


class HeldSlotStatus(TextChoices):
    PLANNED = "planned", pgettext_lazy("offer", "About to be offered")
    OPEN = "open", pgettext_lazy("offer", "Offered")
    TAKEN = "taken", pgettext_lazy("offer", "Taken")
    EXPIRED = "expired", pgettext_lazy("offer", "Expired")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")


class OfferAnswer(TextChoices):
    OPEN = "open", pgettext_lazy("offer", "No answer yet")
    ACCEPTED = "accepted", pgettext_lazy("offer", "Accepted")
    DECLINED = "declined", pgettext_lazy("offer", "Declined")
    MISSED = "missed", pgettext_lazy("offer", "Taken by somebody else")
    EXPIRED = "expired", pgettext_lazy("offer", "Not answered in time")
    WITHDRAWN = "withdrawn", pgettext_lazy("offer", "Withdrawn")


class ChargeKind(TextChoices):
    """What a patient owes without having been treated."""

    NO_SHOW = "no_show", _("No-show")
    LATE_CANCELLATION = "late_cancellation", _("Late cancellation")


class ChargeStatus(TextChoices):
    OPEN = "open", pgettext_lazy("charge", "To be paid")
    PAID = "paid", pgettext_lazy("charge", "Paid")
    WAIVED = "waived", pgettext_lazy("charge", "Waived")
    WITHDRAWN = "withdrawn", pgettext_lazy("charge", "Withdrawn")


class DocumentKind(TextChoices):
    """What is numbered without a gap in an organisation."""

    INVOICE = "invoice", pgettext_lazy("an", "invoice")
    RECEIPT = "receipt", pgettext_lazy("a", "receipt")


class PaymentStatus(TextChoices):
    """How far an invoice, or everything that a visit has cost, is paid."""

    UNPAID = "unpaid", pgettext_lazy("invoice", "Unpaid")
    PARTIAL = "partial", pgettext_lazy("invoice", "Partly paid")
    PAID = "paid", pgettext_lazy("invoice", "Paid")
    WAIVED = "waived", pgettext_lazy("invoice", "Waived")
    VOID = "void", pgettext_lazy("invoice", "Void")


OWED_STATUSES = (PaymentStatus.UNPAID, PaymentStatus.PARTIAL)
CLEARED_STATUSES = (PaymentStatus.PAID, PaymentStatus.WAIVED)
VISIT_PAYMENT_STATUSES = (*OWED_STATUSES, *CLEARED_STATUSES)


class PaymentKind(TextChoices):
    PAYMENT = "payment", pgettext_lazy("a", "payment")
    REFUND = "refund", pgettext_lazy("a", "refund")


class PaymentMethod(TextChoices):
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")
    TRANSFER = "transfer", _("Bank transfer")


class RefundRequestStatus(TextChoices):
    ASKED = "asked", pgettext_lazy("refund", "Asked")
    APPROVED = "approved", pgettext_lazy("refund", "Approved")
    REFUSED = "refused", pgettext_lazy("refund", "Refused")


class VisitStatus(TextChoices):
    OPEN = "open", pgettext_lazy("visit", "Open")
    CLOSED = "closed", pgettext_lazy("visit", "Closed")


class ConsultationStatus(TextChoices):
    """Pending, then active, then closed: there is no other way, and no way back."""

    PENDING = "pending", pgettext_lazy("consultation", "Pending")
    ACTIVE = "active", pgettext_lazy("consultation", "Active")
    CLOSED = "closed", pgettext_lazy("consultation", "Closed")


class Happening(TextChoices):
    """What may happen to an appointment, as its timeline tells it."""

    BOOKED = "booked", pgettext_lazy("happened", "Booked")
    MOVED = "moved", pgettext_lazy("happened", "Moved")
    CONFIRMED = "confirmed", pgettext_lazy("happened", "Confirmed")
    ARRIVED = "arrived", pgettext_lazy("happened", "Arrived")
    STARTED = "started", pgettext_lazy("happened", "Started")
    COMPLETED = "completed", pgettext_lazy("happened", "Completed")
    CANCELLED_BY_PATIENT = "cancelled_by_patient", _("Cancelled by patient")
    CANCELLED_BY_CLINIC = "cancelled_by_clinic", _("Cancelled by clinic")
    NO_SHOW = "no_show", _("No-show")
    WAIVED = "waived", pgettext_lazy("happened", "Waived")
    UNDONE = "undone", pgettext_lazy("happened", "Undone")
    NOTES_CHANGED = "notes_changed", pgettext_lazy("happened", "Notes changed")
    SESSION_USED = "session_used", _("Session used")
    SESSION_GIVEN_BACK = "session_given_back", _("Session given back")
    FEE_RAISED = "fee_raised", _("Fee raised")
    FEE_PAID = "fee_paid", _("Fee paid")
    FEE_WAIVED = "fee_waived", _("Fee waived")
    FEE_WITHDRAWN = "fee_withdrawn", _("Fee withdrawn")
    MESSAGE = "message", _("Message")


class ProposalReason(TextChoices):
    """Why a time is proposed to somebody whose appointment is moved."""

    SAME_PROVIDER = "same_provider", _("Same provider and clinic, nearest time")
    SAME_TIME = "same_time", _("Same time, another provider")
    LATER_WEEK = "later_week", _("Same weekday and time")
    FIRST_FREE = "first_free", _("First free time in this clinic")
    OTHER_CLINIC = "other_clinic", _("Nearest time in another clinic")
    NEAR = "near", _("Another free time")


class RefusalCode(TextChoices):
    """Why the clinic says no. The values are stable: reports and other programs may rely on them."""

    WORKING_HOURS = "working_hours", _("Outside working hours")
    EXTRA_HOURS = "extra_hours", _("Outside extra hours")
    GRID = "grid", _("Not a starting time")
    LEAVE = "leave", _("Provider on leave")
    CLOSURE = "closure", _("Clinic closed")
    BOOKED = "booked", _("Already booked")
    BUFFER = "buffer", _("Too close to another appointment")
    ROOM = "room", _("No room free")
    PATIENT_BUSY = "patient_busy", _("Patient has another appointment")
    NOT_OFFERED = "not_offered", _("Service not offered here")
    EXPIRY = "expiry", _("After the package expires")
    NO_SESSION_LEFT = "no_session_left", _("No session left")
    PURCHASE_STATUS = "purchase_status", _("Package cannot be used")
    WRONG_PATIENT = "wrong_patient", _("Package of another patient")
    NOTICE = "notice", _("Too short notice")
    HORIZON = "horizon", _("Too far ahead")
    POLICY = "policy", _("Against the clinic's policy")
    STATUS = "status", _("Not possible in this status")
    UNCHANGED = "unchanged", _("Nothing would change")
    CHANGED = "changed", _("Changed by somebody else meanwhile")
    PERMISSION = "permission", _("Not allowed for this role")
    CROWDED = "crowded", _("Too many people write at once")
    INACTIVE = "inactive", _("No longer active")
    INVALID = "invalid", _("Not valid")
    DAILY_LIMIT = "daily_limit", _("Enough sessions that day")
    WEEKLY_LIMIT = "weekly_limit", _("Enough sessions that week")
    GAP = "gap", _("Too close to another session")
    ORDER = "order", _("Another service comes first")
    PREFERENCES = "preferences", _("Outside the chosen days and times")
    UNPAID = "unpaid", _("Not paid")
    AMOUNT = "amount", _("Not this amount")
    SECOND_PERSON = "second_person", _("Needs a second person")
    COMPETITION = "competition", _("Taken by other patients of the same plan")
