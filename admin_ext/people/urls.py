"""Addresses of the pages about people."""

from admin_ext.people.pages import PatientPage
from admin_ext.people.registration import RegisterPatientPage

urlpatterns = [
    PatientPage.at("patients/<int:pk>/", "patient"),
    RegisterPatientPage.at("patients/new/", "register_patient"),
]
