"""Addresses of series."""

from admin_ext.series.repeat import RepeatPage

urlpatterns = [
    RepeatPage.at("repeat/", "repeat"),
]
