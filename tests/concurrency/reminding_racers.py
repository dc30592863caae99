"""What several workers do that look for due reminders at the same moment."""

from datetime import datetime

from clinic.messaging.reminders.writing import remind_due


def remind(*, at: str) -> int:
    return remind_due(at=datetime.fromisoformat(at))
