"""Addresses of the pages about long work and bulk actions."""

from admin_ext.records.certificates import CertificatePage
from admin_ext.records.operation import OperationPage, UndoOperationPage
from admin_ext.records.pages import CancelJobPage, JobPage

urlpatterns = [
    JobPage.at("jobs/<uuid:public_id>/", "job"),
    CancelJobPage.at("jobs/<uuid:public_id>/cancel/", "cancel_job"),
    OperationPage.at("operations/<uuid:public_id>/", "operation"),
    CertificatePage.at("audits/<int:pk>/", "certificate"),
    UndoOperationPage.at("operations/<uuid:public_id>/undo/", "undo_operation"),
]
