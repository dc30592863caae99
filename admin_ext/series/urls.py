"""Addresses of series."""

from admin_ext.series.cancel import CancelSeriesPage
from admin_ext.series.move import MoveSeriesPage
from admin_ext.series.pages import SeriesPage
from admin_ext.series.repeat import RepeatPage

urlpatterns = [
    RepeatPage.at("repeat/", "repeat"),
    SeriesPage.at("series/<int:pk>/", "series"),
    CancelSeriesPage.at("appointment/<int:pk>/series/cancel/", "appointment_series_cancel"),
    MoveSeriesPage.at("appointment/<int:pk>/series/move/", "appointment_series_move"),
]
