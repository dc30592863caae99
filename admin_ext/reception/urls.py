"""Addresses of the reception's pages."""

from admin_ext.reception.visit import CloseVisitPage, VisitPage
from admin_ext.reception.walk_in import WalkInPage

urlpatterns = [
    WalkInPage.at("walk-in/", "walk_in"),
    VisitPage.at("visits/<int:pk>/", "visit"),
    CloseVisitPage.at("visits/<int:pk>/close/", "close_visit"),
]
