"""The tables of the clinic."""

from clinic.models.appointments import Appointment
from clinic.models.audit import Certificate
from clinic.models.billing import Charge
from clinic.models.catalogue import Package, PackageItem, Service
from clinic.models.changes import Change
from clinic.models.jobs import Job, Operation
from clinic.models.messages import Message
from clinic.models.organisations import Clinic, Organisation, Policy, Room
from clinic.models.packages import PackagePurchase, PurchaseItem, SessionEntry
from clinic.models.people import FileNumber, Patient, Provider, User
from clinic.models.rebooking import Rebooking, RebookingItem
from clinic.models.rota import Closure, ExtraHours, Leave, WorkingHours
from clinic.models.series import Series
from clinic.models.waitlist import HeldSlot, Offer, WaitlistEntry

__all__ = [
    "Appointment",
    "Certificate",
    "Change",
    "Charge",
    "Clinic",
    "Closure",
    "ExtraHours",
    "FileNumber",
    "HeldSlot",
    "Job",
    "Leave",
    "Message",
    "Offer",
    "Operation",
    "Organisation",
    "Package",
    "PackageItem",
    "PackagePurchase",
    "Patient",
    "Policy",
    "Provider",
    "PurchaseItem",
    "Rebooking",
    "RebookingItem",
    "Room",
    "Series",
    "Service",
    "SessionEntry",
    "User",
    "WaitlistEntry",
    "WorkingHours",
]
