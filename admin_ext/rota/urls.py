"""The addresses of the rota's pages."""

from admin_ext.rota.pages import AskLeavePage

urlpatterns = [AskLeavePage.at("leave/ask/", "ask_leave")]
