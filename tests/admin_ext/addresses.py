"""Where the pages of the staff's screens are, in a world of tests."""

from django.contrib import admin
from django.urls import reverse


def page_address(page, ours) -> str:
    """A page about a patient, an appointment, a purchase, a job or an operation is opened for ours."""
    pattern = next(pattern for pattern in admin.site.extra_urls() if pattern.name == page)
    row = ours.patient if page == "patient" else ours.appointment if "appointment" in page else ours.purchase
    found = {
        "pk": row.pk,
        "public_id": (ours.operation if "operation" in page else ours.job).public_id,
        "verb": "check_in",
    }
    return reverse(f"admin:{page}", kwargs={name: found[name] for name in pattern.pattern.converters})
