"""`manage.py demo`: the whole clinic on this machine: tables, demo data, web server and worker, until it is stopped."""

import os
import signal
import socket
import subprocess
import time

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command

from clinic.management.demo.organisation import PASSWORD
from clinic.management.demo.seeding import GROUP, NEIGHBOUR
from clinic.management.processes import PATIENCE, STOPPED, all_alive, running, stop, wait_for_an_end
from clinic.models import User


class Command(BaseCommand):
    help = "Migrate, load the demo organisation when it is missing, and start the web server and the worker."
    requires_system_checks: list[str] = []  # some ask the database, which may not be there yet

    def add_arguments(self, parser):
        parser.add_argument("--host", default="127.0.0.1")
        parser.add_argument("--port", type=int, default=8000)

    def handle(self, *, host: str, port: int, **options):
        if answers(host, port):
            raise CommandError(f"Port {port} is taken. Choose another: make demo PORT={port + 1}")
        write_to_patients_of(f"http://{host}:{port}")
        for number in STOPPED:
            signal.signal(number, stop)
        try:
            self.prepare()
            self.run(host, port)
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")

    def prepare(self):
        self.stdout.write("Bringing the tables up to date …")
        call_command("migrate", verbosity=0, interactive=False, stdout=self.stdout)
        call_command("createcachetable", verbosity=0)
        self.stdout.write("Looking for the demo organisation (loading it takes a moment) …")
        call_command("seed_demo", stdout=self.stdout)

    def run(self, host: str, port: int):
        """Serve until a process ends by itself (then an error) or somebody stops us."""
        patience = "--timeout=90"  # longer than a desk waits for its turn to write
        web = ["-m", "gunicorn", "clinic.wsgi", f"--bind={host}:{port}", "--workers=2", patience, "--log-level=warning"]
        worker = ["manage.py", "worker"]
        with running(web, worker) as processes:
            self.welcome_once_ready(host, port, processes)
            wait_for_an_end(processes)
        raise CommandError("The web server or the worker ended by itself; the other one has been stopped.")

    def welcome_once_ready(self, host: str, port: int, processes: list[subprocess.Popen]):
        deadline = time.monotonic() + PATIENCE
        while not answers(host, port) and all_alive(processes) and time.monotonic() < deadline:
            time.sleep(0.1)
        self.stdout.write(self.style.SUCCESS(f"\nThe clinic is open at http://{host}:{port}/ (Ctrl-C closes it).\n"))
        self.stdout.write(f"Sign in with the password {PASSWORD!r} as")
        for username, role, organisation in logins():
            self.stdout.write(f"  {username:<12} {role}, {organisation}")


def write_to_patients_of(address: str) -> None:
    """Lead links in messages to this address, here and in programs started from here, unless SITE_URL is set."""
    settings.SITE_URL = os.environ.setdefault("SITE_URL", address)


def logins() -> list[tuple[str, str, str]]:
    """Every login of the demo organisations in the order of making: user name, role and organisation."""
    staff = User.objects.filter(organisation__slug__in=[GROUP, NEIGHBOUR], is_active=True, groups__isnull=False)
    return list(staff.order_by("pk").values_list("username", "groups__name", "organisation__name_en"))


def answers(host: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0
