"""What later subjects may react to, within the same transaction."""

from django.dispatch import Signal

#: Sent with `purchase`, `operation`, `by`, `at` and `reason` before the purchase is locked, for whoever calls off its
#: appointments needs the locks of providers and patients first. A receiver returns the appointments it has called off.
sessions_released = Signal()
