#!/usr/bin/env python
"""Django's command line for this project."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    if "SECRET_KEY" not in os.environ:
        os.environ.setdefault("DEBUG", "on")  # a checkout without a key is somebody's own machine
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
