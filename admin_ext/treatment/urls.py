"""Addresses of a provider's own pages."""

from admin_ext.treatment.my_day import CurrentPage, MyDayPage
from admin_ext.treatment.notes import NotePage

urlpatterns = [
    MyDayPage.at("my-day/", "my_day"),
    CurrentPage.at("my-day/current/", "my_day_current"),
    NotePage.at("my-day/<int:pk>/note/", "note"),
]
