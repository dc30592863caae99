"""Long work: the job a person waits for, and the record of what a bulk action did."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.enums import JobKind, JobStatus, OperationKind
from clinic.models.base import TenantModel, choice_check
from clinic.models.people import User


class Job(TenantModel):
    """One task that a person waits for: who asked, how far it is, what came of it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=JobKind)
    status = models.CharField(_("status"), max_length=10, choices=JobStatus, default=JobStatus.WAITING)
    requested_by = models.ForeignKey(User, verbose_name=_("asked by"), on_delete=models.PROTECT, related_name="jobs")
    arguments = models.JSONField(_("arguments"), default=dict)
    result = models.JSONField(_("result"), default=dict)
    done = models.PositiveIntegerField(_("done"), default=0)
    total = models.PositiveIntegerField(_("of"), default=0)
    stage = models.CharField(_("stage"), max_length=120, blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    cancel_asked_at = models.DateTimeField(_("cancel asked at"), null=True, blank=True)
    created_at = models.DateTimeField(_("asked at"))
    started_at = models.DateTimeField(_("started at"), null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)

    written_by_services = (
        "kind", "status", "requested_by", "arguments", "result", "done", "total", "stage", "error", "attempts",
        "cancel_asked_at", "created_at", "started_at", "finished_at",
    )  # fmt: skip

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        indexes = [models.Index(name="job_newest", fields=["organisation", "-created_at", "-id"])]
        constraints = [
            choice_check("kind", JobKind),
            choice_check("status", JobStatus),
            models.CheckConstraint(name="job_progress_within_total", condition=Q(done__lte=F("total"))),
        ]

    def __str__(self) -> str:
        return self.get_kind_display()


class Operation(TenantModel):
    """One bulk action, so that it can be looked at and undone: the rows it made or changed, by whom and why."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=OperationKind)
    by = models.ForeignKey(User, verbose_name=_("by"), on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))
    reason = models.CharField(_("reason"), max_length=250, blank=True)
    rows = models.JSONField(_("rows"), default=dict)
    undone_at = models.DateTimeField(_("undone at"), null=True, blank=True)
    undone_by = models.ForeignKey(
        User, verbose_name=_("undone by"), on_delete=models.PROTECT, related_name="+", null=True, blank=True
    )

    written_by_services = ("kind", "by", "at", "reason", "rows", "undone_at", "undone_by")

    class Meta:
        verbose_name = _("bulk action")
        verbose_name_plural = _("bulk actions")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(name="operation_newest", fields=["organisation", "-at", "-id"])]
        constraints = [choice_check("kind", OperationKind)]

    def __str__(self) -> str:
        return self.get_kind_display()
