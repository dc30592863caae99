"""The project's settings on a machine that tests: development, cheap password hashes, mail kept in memory."""

import os

os.environ.setdefault("DEBUG", "on")

from clinic.settings import *  # noqa: F403 (all of them)

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
