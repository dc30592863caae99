"""`python -m tests.bench`: `manage.py bench` beside a private PostgreSQL, with real people where the file is."""

import os
import subprocess
import sys
from pathlib import Path

from tests.postgres import postgresql

PEOPLE = Path(__file__).resolve().parents[2] / "shared" / "data" / "no_show" / "appointments.csv"


def main() -> int:
    command = [sys.executable, "manage.py", "bench", *sys.argv[1:]]
    if PEOPLE.exists():
        command += ["--people", str(PEOPLE)]
    with postgresql() as url:
        as_in_production = {"DEBUG": "off", "SECRET_KEY": "of a throw-away database"}  # DEBUG keeps every query
        return subprocess.call([*command, "--postgres", url], env={**os.environ, **as_in_production})


if __name__ == "__main__":
    sys.exit(main())
