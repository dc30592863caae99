"""What later subjects may react to, within the same transaction."""

from django.dispatch import Signal

#: Sent with `invoice`, `payment`, `by` and `at` after something was paid or needs no paying any more; the visit's
#: payment status is written by then. `payment` is None for a waiver, for an invoice over nothing, and when the voiding
#: of an invoice leaves nothing to pay in its visit.
payment_received = Signal()

#: Sent with `invoice`, `by` and `at` after an invoice has become void: what it would have paid for will not be held.
invoice_voided = Signal()
