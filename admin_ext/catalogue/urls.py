"""The addresses of the catalogue's pages."""

from admin_ext.catalogue.pages import PolicyMeaningPage

urlpatterns = [PolicyMeaningPage.at("policy/meaning/", "policy_meaning")]
