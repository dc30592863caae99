"""Addresses of the pages about long work."""

from admin_ext.records.pages import CancelJobPage, JobPage, OperationPage, UndoOperationPage

urlpatterns = [
    JobPage.at("jobs/<uuid:public_id>/", "job"),
    CancelJobPage.at("jobs/<uuid:public_id>/cancel/", "cancel_job"),
    OperationPage.at("operations/<uuid:public_id>/", "operation"),
    UndoOperationPage.at("operations/<uuid:public_id>/undo/", "undo_operation"),
]
