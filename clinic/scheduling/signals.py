"""What later subjects may react to, within the same transaction."""

from django.dispatch import Signal

#: Sent with `appointment`, as it was, and `by` when its time becomes free: cancelled or moved away.
appointment_released = Signal()

#: Sent with `operation`, `by` and `at` when it has been undone; its changes say which were and why others were kept.
operation_undone = Signal()
