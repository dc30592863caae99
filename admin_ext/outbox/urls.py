"""Addresses of the pages about messages."""

from admin_ext.outbox.delivery import DeliveryPage
from admin_ext.outbox.pages import MessagePage
from admin_ext.outbox.rules import RulesPage

urlpatterns = [
    MessagePage.at("messages/<int:pk>/", "message"),
    DeliveryPage.at("messages/delivery/", "message_delivery"),
    RulesPage.at("messages/rules/", "message_rules"),
]
