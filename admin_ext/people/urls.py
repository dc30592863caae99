"""Addresses of the pages about people."""

from admin_ext.people.pages import PatientPage

urlpatterns = [PatientPage.at("patients/<int:pk>/", "patient")]
