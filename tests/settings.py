"""The project's settings on a machine that tests: development, cheap password hashes, mail kept in memory."""

import os
import tempfile
from pathlib import Path

os.environ.setdefault("DEBUG", "on")

from clinic.settings import *  # noqa: F403 (all of them)
from clinic.settings import DATABASES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
GATEWAYS = {"sms": "console:", "whatsapp": "console:"}
RECEIPTS_SECRET = ""

# SQLite in a file of this process, not in memory: threads and child processes meet on it as they do in a clinic.
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["TEST"] = {"NAME": str(Path(tempfile.gettempdir()) / f"clinic-test-{os.getpid()}.sqlite3")}
    options = DATABASES["default"]["OPTIONS"]
    options["init_command"] = options["init_command"].replace("synchronous=NORMAL", "synchronous=OFF")
else:  # two hundred racing desks on a busy machine wait for each other longer than a clinic would
    options = DATABASES["default"]["OPTIONS"]
    options["options"] = options["options"].replace("lock_timeout=5s", "lock_timeout=60s")
