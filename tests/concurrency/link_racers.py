"""What each of the racing telephones does with the link of an appointment."""

import time_machine
from django.test import Client
from django.urls import reverse

from clinic.messaging.links import token_of
from clinic.models import Appointment
from tests.factories import BEFORE


def tap(*, appointment, page, values):
    """Send a form of the page; what it answers, and where that leads."""
    path = reverse(page, args=[token_of(Appointment.objects.get(pk=appointment))])
    with time_machine.travel(BEFORE, tick=False):
        reply = Client().post(path, values, SERVER_NAME="localhost")
    return f"{reply.status_code} {reply.headers.get('Location', '')}".strip()
