"""The engine's large questions, written out in SQL and answered in whole numbers.

Every page and every booking asks them, and composing a query and parsing its moments took longer than asking it. In the
text INSTANT(x) is a moment in seconds since 1970, DAY(x) a date as an ordinal, CLOCK(x) a time in seconds after
midnight, SECONDS(x) a length; x AMONG(name) looks into a list of whole numbers, %(name)s is a parameter. A question in
several parts, whose rows each begin with their kind, is one query, because every query costs a journey and a plan of
its own. SQLite keeps the plans of texts that it has seen, so no number may stand in them. PostgreSQL keeps those of
small questions (`prepared`); large ones it plans every time, and faster when it sees the numbers.
"""

import json
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from clinic.scheduling.prepared import ask_prepared, is_small

OFFERS = """
SELECT 'offer', gives.service_id, gives.provider_id AS owner, works.clinic_id AS clinic, 0, 0, 0, 0, 0, 0, 0, '' AS code
  FROM clinic_service_providers gives
  JOIN clinic_service service ON service.id = gives.service_id AND service.active
  JOIN clinic_service_clinics held ON held.service_id = gives.service_id
  JOIN clinic_provider_clinics works ON works.provider_id = gives.provider_id AND works.clinic_id = held.clinic_id
 WHERE gives.service_id AMONG(services) AND gives.provider_id AMONG(providers) AND works.clinic_id AMONG(clinics)
"""

ACTIVE = """
SELECT 'provider', 0, id, 0, 0, 0, 0, 0, 0, 0, 0, ''
  FROM clinic_provider
 WHERE organisation_id = %(organisation)s AND active AND id AMONG(providers)
UNION ALL
SELECT 'clinic', 0, id, 0, 0, 0, 0, 0, 0, 0, 0, ''
  FROM clinic_clinic
 WHERE organisation_id = %(organisation)s AND active AND id AMONG(clinics)
"""

HOURS = """
SELECT 'hours', provider_id, clinic_id, weekday, CLOCK(start), CLOCK("end"), slot_minutes, capacity,
       DAY(valid_from), COALESCE(DAY(valid_until), 9999999), every_n_weeks, ''
  FROM clinic_workinghours
 WHERE provider_id AMONG(providers) AND clinic_id AMONG(clinics) AND active
   AND valid_from <= %(last_day)s AND (valid_until IS NULL OR valid_until >= %(first_day)s)
UNION ALL
SELECT 'hours', provider_id, clinic_id, 0, CLOCK(start), CLOCK("end"), slot_minutes, capacity,
       DAY(date), DAY(date), 1, ''
  FROM clinic_extrahours
 WHERE provider_id AMONG(providers) AND clinic_id AMONG(clinics) AND date BETWEEN %(first_day)s AND %(last_day)s
"""

ROOMS_AND_POLICY = """
SELECT 'room', served.service_id, room.id, room.clinic_id, room.capacity, 0, 0, 0, 0, 0, 0, room.code
  FROM clinic_room_services served JOIN clinic_room room ON room.id = served.room_id
 WHERE served.service_id AMONG(services) AND room.active
UNION ALL
SELECT 'policy', SECONDS(minimum_notice), booking_horizon_days, 0, 0, 0, 0, 0, 0, 0, 0, no_show_consequence
  FROM clinic_policy
 WHERE organisation_id = %(organisation)s
 ORDER BY code, owner, clinic
"""

WHOEVER_OFFERS = {
    "providers": "IN (SELECT provider_id FROM clinic_service_providers WHERE service_id AMONG(services))",
    "clinics": "IN (SELECT clinic_id FROM clinic_service_clinics WHERE service_id AMONG(services))",
}

ABSENCES = """
SELECT 'leave', provider_id, INSTANT(starts_at), INSTANT(ends_at), 0, NULL
  FROM clinic_leave
 WHERE provider_id AMONG(providers) AND status = 'approved' AND starts_at < %(end)s AND ends_at > %(start)s
UNION ALL
SELECT 'elsewhere', busy.provider_id, INSTANT(busy.starts_at), INSTANT(busy.ends_at), 0, NULL
  FROM clinic_busytime busy JOIN clinic_busycalendar kept ON kept.id = busy.calendar_id AND kept.active
 WHERE busy.provider_id AMONG(providers) AND busy.starts_at < %(end)s AND busy.ends_at > %(start)s
UNION ALL
SELECT 'closure', clinic_id, DAY(first_on), DAY(last_on), 0, NULL
  FROM clinic_closure
 WHERE organisation_id = %(organisation)s AND (clinic_id IS NULL OR clinic_id AMONG(clinics))
   AND first_on <= %(last_day)s AND last_on >= %(first_day)s
"""

LIVE = "status IN ('scheduled', 'rescheduled', 'confirmed', 'arrived', 'in_progress')"

TAKES_TIME = """status IN ('scheduled', 'rescheduled', 'confirmed', 'arrived', 'in_progress', 'held')
   AND (held_until IS NULL OR held_until > %(now)s)"""

MEANWHILE = """taken.id <> %(left_out)s
   AND busy_until > %(start)s AND busy_until < %(latest_end)s AND busy_from < %(end)s"""

TAKEN = f"""
SELECT 'provider', provider_id, INSTANT(busy_from), INSTANT(busy_until), lane, COALESCE(service.capacity, 1000000)
  FROM clinic_appointment taken JOIN clinic_service service ON service.id = taken.service_id
 WHERE provider_id AMONG(providers) AND {TAKES_TIME} AND {MEANWHILE}
"""

TAKEN_ROOMS = f"""
SELECT 'room', room_id, INSTANT(busy_from), INSTANT(busy_until), room_place, NULL
  FROM clinic_appointment taken
 WHERE room_id AMONG(rooms) AND {TAKES_TIME} AND {MEANWHILE}
"""

TAKEN_PATIENTS = f"""
SELECT 'patient', patient_id, INSTANT(starts_at), INSTANT(ends_at), 0, NULL
  FROM clinic_appointment taken
 WHERE patient_id AMONG(patients) AND {LIVE} AND taken.id <> %(left_out)s
   AND ends_at > %(start)s AND starts_at < %(end)s
"""

HELD_TIMES = """
SELECT 'held', provider_id, INSTANT(starts_at), INSTANT(ends_at), INSTANT(held_until), NULL
  FROM clinic_heldslot
 WHERE status = 'open' AND held_until > %(now)s AND provider_id AMONG(providers)
"""

WRITTEN = {
    "sqlite": {
        "INSTANT": r"unixepoch(\1)",
        "DAY": r"CAST(julianday(\1) - 1721424.5 AS INTEGER)",
        "CLOCK": r"unixepoch('1970-01-01 ' || \1)",
        "SECONDS": r"(\1 / 1000000)",
        "AMONG": r"IN (SELECT value FROM json_each(%(\1)s))",
    },
    "postgresql": {
        "INSTANT": r"FLOOR(DATE_PART('epoch', \1))::bigint",
        "DAY": r"(\1 - DATE '0001-01-01' + 1)",
        "CLOCK": r"EXTRACT(EPOCH FROM \1)::bigint",
        "SECONDS": r"EXTRACT(EPOCH FROM \1)::bigint",
        "AMONG": r"IN :\1",
    },
}
WRITTEN["prepared"] = {**WRITTEN["postgresql"], "AMONG": r"= ANY(%(\1)s)"}


@cache
def written_for(vendor: str, parts: Sequence[str], unnamed: Sequence[str] = ()) -> str:
    """The question in the words of one engine, asked of whoever offers the services where lists are `unnamed`."""
    text = "UNION ALL".join(parts)
    for name in unnamed:
        text = text.replace(f"AMONG({name})", WHOEVER_OFFERS[name])
    for word, expression in WRITTEN[vendor].items():
        text = re.sub(rf"\b{word}\(([^)]*)\)", expression, text)
    return text


def ask(*parts: str, **values: Any) -> list[tuple]:
    """The rows that answer a question. Values are whole numbers, collections of them, dates and aware datetimes.

    `providers` and `clinics` may be None: all that offer the services.
    """
    unnamed = tuple(name for name, value in values.items() if value is None)
    if connection.vendor == "postgresql" and is_small(values):
        return ask_prepared(written_for("prepared", parts, unnamed), values)
    text = written_for(connection.vendor, parts, unnamed)
    if connection.vendor == "postgresql":
        text = re.sub(r" :(\w+)", lambda found: f" {listed(values[found[1]])}", text)
    with connection.cursor() as cursor:
        cursor.execute(text, {name: adapted(value) for name, value in values.items()})
        return cursor.fetchall()


def rows_of[M: Model](model: type[M], keys: Iterable[int]) -> dict[int, M]:
    """The rows with these keys, by key."""
    question = f"SELECT * FROM {model._meta.db_table} WHERE id IN {listed(keys)}"
    return {row.pk: row for row in model._default_manager.raw(question)}


def listed(numbers: Iterable[int]) -> str:
    """Whole numbers as SQL writes a list; an empty one holds nothing."""
    return f"({', '.join(str(int(number)) for number in numbers) or 'NULL'})"


def adapted(value: Any) -> Any:
    """The value as the engine's driver takes it."""
    if isinstance(value, datetime):
        return connection.ops.adapt_datetimefield_value(value)
    if isinstance(value, date):
        return connection.ops.adapt_datefield_value(value)
    return json.dumps([*value]) if isinstance(value, Iterable) else value
