"""The addresses of the rota's pages."""

from admin_ext.rota.pages import AskLeavePage, LeaveHitsPage

urlpatterns = [
    AskLeavePage.at("leave/ask/", "ask_leave"),
    LeaveHitsPage.at("leave/hits/", "leave_hits"),
]
