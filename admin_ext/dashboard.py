"""The first page: what needs doing today."""


def dashboard(request, context: dict) -> dict:
    return context
