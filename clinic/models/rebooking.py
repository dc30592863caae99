"""Appointments that have lost their time, until each of them is settled."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.constraints import Agrees
from clinic.enums import RebookingCause, RebookingItemStatus, RebookingStatus, RebookingWay
from clinic.models.appointments import Appointment
from clinic.models.base import TenantModel, choice_check
from clinic.models.jobs import Operation
from clinic.models.people import Provider, User
from clinic.models.rota import Closure, Leave


class Rebooking(TenantModel):
    """One batch: what a leave, a closure or changed hours have hit, for a person to approve in one go or bit by bit."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cause = models.CharField(_("cause"), max_length=10, choices=RebookingCause)
    status = models.CharField(_("status"), max_length=10, choices=RebookingStatus, default=RebookingStatus.OPEN)
    leave = models.ForeignKey(
        Leave, verbose_name=_("leave"), on_delete=models.SET_NULL, related_name="rebookings", null=True, blank=True
    )
    closure = models.ForeignKey(
        Closure, verbose_name=_("closure"), on_delete=models.SET_NULL, related_name="rebookings",
        null=True, blank=True,
    )  # fmt: skip
    provider = models.ForeignKey(
        Provider, verbose_name=_("provider"), on_delete=models.PROTECT, related_name="rebookings",
        null=True, blank=True,
    )  # fmt: skip
    title = models.CharField(_("what happened"), max_length=250)
    opened_at = models.DateTimeField(_("opened at"))
    opened_by = models.ForeignKey(
        User, verbose_name=_("opened by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)

    written_by_services = (
        "cause", "status", "leave", "closure", "provider", "title", "opened_at", "opened_by", "done_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("re-booking")
        verbose_name_plural = _("re-bookings")
        ordering = ["-opened_at", "-pk"]
        indexes = [models.Index(name="rebooking_newest", fields=["organisation", "-opened_at", "-id"])]
        constraints = [
            choice_check("cause", RebookingCause),
            choice_check("status", RebookingStatus),
            Agrees(
                name="rebooking_agrees",
                links={"leave": ["organisation"], "closure": ["organisation"], "provider": ["organisation"]},
            ),
        ]

    def __str__(self) -> str:
        return self.title


class RebookingItem(TenantModel):
    """One appointment of a batch. Until it is settled its old time stays the patient's."""

    rebooking = models.ForeignKey(Rebooking, on_delete=models.PROTECT, related_name="items")
    appointment = models.ForeignKey(
        Appointment, verbose_name=_("appointment"), on_delete=models.PROTECT, related_name="rebooking_items"
    )
    status = models.CharField(_("status"), max_length=10, choices=RebookingItemStatus, default=RebookingItemStatus.OPEN)
    way = models.CharField(_("how"), max_length=15, choices=RebookingWay, blank=True)
    operation = models.ForeignKey(
        Operation, verbose_name=_("bulk action"), on_delete=models.PROTECT, related_name="rebooking_items",
        null=True, blank=True,
    )  # fmt: skip
    note = models.CharField(_("note"), max_length=250, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    settled_by = models.ForeignKey(
        User, verbose_name=_("settled by"), on_delete=models.SET_NULL, related_name="+", null=True, blank=True
    )

    written_by_services = (
        "rebooking", "appointment", "status", "way", "operation", "note", "settled_at", "settled_by",
    )  # fmt: skip

    class Meta:
        verbose_name = _("appointment to re-book")
        verbose_name_plural = _("appointments to re-book")
        ordering = ["pk"]
        constraints = [
            choice_check("status", RebookingItemStatus),
            models.CheckConstraint(
                name="rebookingitem_way_is_known", condition=Q(way__in=["", *RebookingWay.values])
            ),
            models.UniqueConstraint(
                name="appointment_is_rebooked_in_one_batch", fields=["appointment"],
                condition=Q(status=RebookingItemStatus.OPEN),
            ),
            Agrees(
                name="rebookingitem_agrees",
                links={"rebooking": ["organisation"], "appointment": ["organisation"], "operation": ["organisation"]},
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.appointment)
