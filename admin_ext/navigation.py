"""What the sidebar and the command palette offer, by role."""


def sidebar(request) -> list[dict]:
    return []


def search(request, term: str) -> list:
    return []
