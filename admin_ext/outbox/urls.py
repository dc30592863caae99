"""Addresses of the pages about messages."""

from admin_ext.outbox.delivery import DeliveryPage
from admin_ext.outbox.message_page import MessagePage
from admin_ext.outbox.template_pages import RestoreTextPage, TemplatePage, TemplatesPage, TextPage, TextPreviewPage
from admin_ext.outbox.who_is_told import RulesPage

urlpatterns = [
    MessagePage.at("messages/<int:pk>/", "message"),
    DeliveryPage.at("messages/delivery/", "message_delivery"),
    RulesPage.at("messages/rules/", "message_rules"),
    TemplatesPage.at("messages/texts/", "message_templates"),
    TemplatePage.at("messages/texts/<slug:kind>/", "message_template"),
    TextPage.at("messages/texts/<slug:kind>/<slug:language>/", "message_text"),
    TextPreviewPage.at("messages/texts/<slug:kind>/<slug:language>/preview/", "message_text_preview"),
    RestoreTextPage.at("messages/texts/<slug:kind>/<slug:language>/restore/", "message_text_restore"),
]
