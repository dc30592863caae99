"""The tables of the clinic."""

from clinic.models.appointments import Appointment
from clinic.models.billing import Charge
from clinic.models.catalogue import Package, PackageItem, Service
from clinic.models.jobs import Job, Operation
from clinic.models.messages import Message
from clinic.models.organisations import Clinic, Organisation, Policy, Room
from clinic.models.packages import PackagePurchase, PurchaseItem, SessionEntry
from clinic.models.people import FileNumber, Patient, Provider, User
from clinic.models.rota import Closure, ExtraHours, Leave, WorkingHours

__all__ = [
    "Appointment",
    "Charge",
    "Clinic",
    "Closure",
    "ExtraHours",
    "FileNumber",
    "Job",
    "Leave",
    "Message",
    "Operation",
    "Organisation",
    "Package",
    "PackageItem",
    "PackagePurchase",
    "Patient",
    "Policy",
    "Provider",
    "PurchaseItem",
    "Room",
    "Service",
    "SessionEntry",
    "User",
    "WorkingHours",
]
