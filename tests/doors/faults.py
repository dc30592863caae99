"""What may be wrong with a cell of the door matrix."""

from collections.abc import Iterable, Iterator

from tests.doors.allowed import READS, REPEATED, may_change, may_read
from tests.doors.matrix import NOBODY, Cell
from tests.doors.subjects import FOREIGN


def faults_of(cells: Iterable[Cell]) -> list[str]:
    return [f"{fault}: {cell}" for cell in cells for fault in faults(cell)]


def faults(cell: Cell) -> Iterator[str]:
    if cell.status >= 500 and cell.knock.door != "health":  # where 503 is an answer
        yield "fails"
    if cell.changed and not may_change(cell):
        yield f"changes {sorted(cell.changed)}"
    if may_change(cell) and not cell.changed:
        yield "does not do what it is there for"
    if cell.state == FOREIGN and cell.knock.names_row and not cell.is_refused:
        yield "is not hidden"
    if cell.knock.door in READS and cell.knock.method == "GET" and cell.status == 200 and not may_read(cell):
        yield "is read"
    if cell.is_watched and cell.knock.method == "POST" and cell.knock.names_row and not cell.changed:
        yield from silences(cell)


def silences(cell: Cell) -> Iterator[str]:
    """A refusal says so, and leaves a line about who was refused; a form that is still open says it on the page."""
    if not cell.is_refused and (cell.knock.door, cell.role, cell.state) not in REPEATED:
        yield "does not say that it refuses"
    if cell.is_refused and not cell.is_noted and cell.role != NOBODY and cell.status != 200:
        yield "is not noted"
