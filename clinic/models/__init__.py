"""The tables of the clinic."""

from clinic.models.appointments import Appointment
from clinic.models.audit import Certificate
from clinic.models.billing import Charge, DocumentNumber, Invoice, InvoiceLine
from clinic.models.calendars import BusyCalendar, BusyTime, CalendarFeed
from clinic.models.catalogue import Package, PackageItem, Service
from clinic.models.changes import Change
from clinic.models.consultations import Addendum, Consultation, FollowUp, RefusedAttempt
from clinic.models.jobs import Job, Operation
from clinic.models.messages import Heartbeat, Message, MessageTemplate, Sweep
from clinic.models.organisations import Clinic, Organisation, Policy, Room
from clinic.models.packages import PackagePurchase, PurchaseItem, SessionEntry
from clinic.models.payments import DayClosing, Payment, RefundRequest
from clinic.models.people import FileNumber, Patient, Provider, User
from clinic.models.rebooking import Rebooking, RebookingItem
from clinic.models.rota import Closure, ExtraHours, Leave, WorkingHours
from clinic.models.series import Series
from clinic.models.visits import Visit
from clinic.models.waitlist import HeldSlot, Offer, WaitlistEntry

__all__ = [
    "Addendum",
    "Appointment",
    "BusyCalendar",
    "BusyTime",
    "CalendarFeed",
    "Certificate",
    "Change",
    "Charge",
    "Clinic",
    "Closure",
    "Consultation",
    "DayClosing",
    "DocumentNumber",
    "ExtraHours",
    "FileNumber",
    "FollowUp",
    "Heartbeat",
    "HeldSlot",
    "Invoice",
    "InvoiceLine",
    "Job",
    "Leave",
    "Message",
    "MessageTemplate",
    "Offer",
    "Operation",
    "Organisation",
    "Package",
    "PackageItem",
    "PackagePurchase",
    "Patient",
    "Payment",
    "Policy",
    "Provider",
    "PurchaseItem",
    "Rebooking",
    "RebookingItem",
    "RefundRequest",
    "RefusedAttempt",
    "Room",
    "Series",
    "Service",
    "SessionEntry",
    "Sweep",
    "User",
    "Visit",
    "WaitlistEntry",
    "WorkingHours",
]
