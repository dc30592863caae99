"""Inputs of our own forms: the browser's pickers, whole numbers, and the weekdays in the organisation's order."""

from django import forms

from clinic.enums import Weekday

DAYS = dict(Weekday.choices)


def native(kind: str, **attrs) -> forms.DateInput:
    """An input with the browser's own picker."""
    style = {"date": "%Y-%m-%d", "time": "%H:%M"}[kind]
    widget = forms.DateInput if kind == "date" else forms.TimeInput
    return widget(format=style, attrs={"type": kind, "class": "field", **attrs})


def number(least: int, most: int, **kwargs) -> forms.IntegerField:
    widget = forms.NumberInput(attrs={"class": "field", "min": least, "max": most, "inputmode": "numeric"})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **kwargs)


def week_from(first: int) -> list[int]:
    """The ISO weekdays in order, beginning with `first`."""
    return [(first - 1 + days) % 7 + 1 for days in range(7)]
