"""Whether the clinic works, for programs that watch it: no login, nothing about anybody."""

from django.db import Error
from django.http import HttpRequest, JsonResponse
from django.utils.timezone import now
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from clinic.messaging.sending.heartbeats import WorkerState, worker_state


@never_cache
@require_safe
def health(request: HttpRequest) -> JsonResponse:
    """200 while the database answers and messages leave in time, else 503; the same facts in both cases."""
    try:
        state = worker_state(at=now())
    except Error:
        return JsonResponse({"well": False, "database": False}, status=503)
    return JsonResponse({"well": state.is_well, "database": True, **facts(state)}, status=200 if state.is_well else 503)


def facts(state: WorkerState) -> dict[str, object]:
    """When the worker was last heard, None if never, and for how many seconds the oldest message should have left.

    `failing_channels` are those by which nothing has left for a quarter of an hour, however often it was tried.
    """
    waits = state.oldest_due_at and (state.at - state.oldest_due_at).total_seconds()
    return {
        "worker": state.is_alive,
        "worker_heard_at": state.beat_at,
        "messages_in_time": not state.is_late,
        "oldest_message_waits_seconds": round(waits or 0),
        "failing_channels": list(state.failing),
    }
