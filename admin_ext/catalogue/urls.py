"""The addresses of the catalogue's pages."""

from admin_ext.catalogue.pages import PolicyPreviewPage

urlpatterns = [PolicyPreviewPage.at("policy/preview/", "policy_preview")]
