"""Scheduling: one engine answers everybody.

A situation holds what the database knows (`selectors.situation`, two queries). From it come the slots that can be
booked (`slots_for`), the reasons why a time cannot (`why_not`), the plans of the auto-scheduler (`planning`) and the
decision of the final write (`booking`). Nobody else decides whether a time is free.

A time is free for a service when it starts on the grid of one row of the provider's hours at the clinic and ends
within it, neither leave nor closure nor time busy elsewhere touches the treatment, a lane of the provider and a place
of a room that serves the service are free throughout the busy range (treatment and buffers), and the patient is nowhere
else during the treatment.
"""

from clinic.scheduling.refusals import why_not
from clinic.scheduling.slots import Slot, slots_for

__all__ = ["Slot", "slots_for", "why_not"]
