"""What a page of the desk says after a change asked for by htmx."""

import json


def toast_of(answer) -> dict:
    return json.loads(answer.headers["HX-Trigger"])["toast"]
