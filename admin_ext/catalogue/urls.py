"""The addresses of the catalogue's pages."""

from admin_ext.catalogue.overdue_reminders import OverdueRemindersPage
from admin_ext.catalogue.pages import PolicyPreviewPage

urlpatterns = [
    PolicyPreviewPage.at("policy/preview/", "policy_preview"),
    OverdueRemindersPage.at("policy/overdue-reminders/", "overdue_reminders"),
]
