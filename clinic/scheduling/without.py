"""A situation as it would be without some of the appointments in it: values, no queries."""

from collections.abc import Iterable
from dataclasses import replace

from clinic.models import Appointment
from clinic.scheduling.intervals import Span, without
from clinic.scheduling.local_time import instant_of
from clinic.scheduling.situation import UNLIMITED, RoomPlace, Situation


def without_sessions(situation: Situation, rows: Iterable[Appointment]) -> Situation:
    """The same world where these appointments, with their services loaded, take nobody's time."""
    busy = {provider: list(own) for provider, own in situation.busy.items()}
    patients, places = dict(situation.patients_busy), dict(situation.taken_places)
    for row in rows:
        span = instant_of(row.busy_from), instant_of(row.busy_until)
        taken = *span, row.lane, row.service.capacity or UNLIMITED
        if taken in busy.get(row.provider_id, ()):
            busy[row.provider_id].remove(taken)
        treatment = instant_of(row.starts_at), instant_of(row.ends_at)
        patients[row.patient_id] = cleared(patients.get(row.patient_id, ()), treatment)
        if row.room_id:
            place = RoomPlace(row.room_id, row.room_place)
            places[place] = cleared(places.get(place, ()), span)
    return replace(situation, busy=busy, patients_busy=patients, taken_places=places, _lanes={})


def cleared(taken: Iterable[Span], span: Span) -> list[Span]:
    """The spans without what lies in this one."""
    return [rest for one in taken for rest in without(one, [span])]
