import pytest
from django.core.exceptions import ImproperlyConfigured

from clinic.environment import (
    database_from_url,
    env_address,
    env_bool,
    env_choice,
    env_gateway,
    env_int,
    env_list,
    env_secret,
    env_sender,
    mailer_from_url,
)
from clinic.settings import BASE_DIR, Q_CLUSTER, UNFOLD


@pytest.mark.parametrize(
    ("value", "expected"), [("on", True), ("1", True), (" Yes ", True), ("off", False), ("", False)]
)
def test_switch_when_written_plainly_is_understood(monkeypatch, value, expected):
    monkeypatch.setenv("SWITCH", value)

    assert env_bool("SWITCH", default=not expected) is expected


def test_switch_when_nonsense_is_refused(monkeypatch):
    monkeypatch.setenv("SWITCH", "perhaps")

    with pytest.raises(ImproperlyConfigured, match="SWITCH='perhaps' is neither yes nor no"):
        env_bool("SWITCH", default=False)


def test_switch_when_unset_takes_the_default(monkeypatch):
    monkeypatch.delenv("SWITCH", raising=False)

    assert env_bool("SWITCH", default=True) is True


@pytest.mark.parametrize("value", ["ten", "1.5", "0"])
def test_number_when_nonsense_or_too_small_is_refused(monkeypatch, value):
    monkeypatch.setenv("HOURS", value)

    with pytest.raises(ImproperlyConfigured, match="HOURS"):
        env_int("HOURS", default=10, minimum=1)


def test_number_when_empty_takes_the_default(monkeypatch):
    monkeypatch.setenv("HOURS", "")

    assert env_int("HOURS", default=10) == 10


def test_choice_is_understood_in_small_letters_too(monkeypatch):
    monkeypatch.setenv("LEVEL", "debug")

    assert env_choice("LEVEL", ["DEBUG", "INFO"], default="INFO", hint="write one of them") == "DEBUG"


def test_choice_when_unknown_is_refused_with_what_to_write(monkeypatch):
    monkeypatch.setenv("LEVEL", "loud")

    with pytest.raises(ImproperlyConfigured, match="LEVEL='LOUD' is not known: write one of them"):
        env_choice("LEVEL", ["DEBUG", "INFO"], default="INFO", hint="write one of them")


def test_address_of_a_site_loses_the_slash_at_its_end(monkeypatch):
    monkeypatch.setenv("SITE", "https://clinic.example/desk/")

    assert env_address("SITE", default="http://localhost:8000") == "https://clinic.example/desk"


@pytest.mark.parametrize("value", ["clinic.example", "ftp://clinic.example", "https://", "https://clinic.example/?a=1"])
def test_address_when_not_of_a_site_is_refused(monkeypatch, value):
    monkeypatch.setenv("SITE", value)

    with pytest.raises(ImproperlyConfigured, match="is not the address of a site"):
        env_address("SITE", default="http://localhost:8000")


def test_list_drops_blanks(monkeypatch):
    monkeypatch.setenv("HOSTS", "a.example, ,b.example,")

    assert env_list("HOSTS") == ["a.example", "b.example"]


def test_secret_when_missing_is_only_excused_in_debug(monkeypatch):
    monkeypatch.delenv("KEY", raising=False)

    assert env_secret("KEY", development="public", debug=True) == "public"
    with pytest.raises(ImproperlyConfigured, match="KEY is not set"):
        env_secret("KEY", development="public", debug=False)


@pytest.mark.parametrize(
    ("url", "file"),
    [("sqlite:///clinic.sqlite3", BASE_DIR / "clinic.sqlite3"), ("sqlite:////srv/a%20b.sqlite3", "/srv/a b.sqlite3")],
    ids=["relative", "absolute"],
)
def test_sqlite_url_names_a_file_and_writes_wait_their_turn(url, file):
    database = database_from_url(url, base=BASE_DIR)

    assert database["NAME"] == str(file)
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert database["OPTIONS"]["timeout"] == 20
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_postgresql_url_is_read_completely():
    database = database_from_url("postgres://dr%40a:p%3Aw@db.example:5433/clinic?sslmode=require", base=BASE_DIR)

    assert database == {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "clinic",
        "USER": "dr@a",
        "PASSWORD": "p:w",
        "HOST": "db.example",
        "PORT": "5433",
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "sslmode": "require",
            "options": "-c lock_timeout=5s -c plan_cache_mode=force_generic_plan",
        },
    }


def test_postgresql_url_may_name_a_socket():
    database = database_from_url("postgresql:///clinic?host=/run/postgresql", base=BASE_DIR)

    assert database["HOST"] == "/run/postgresql"
    assert "host" not in database["OPTIONS"]


def test_postgresql_url_may_set_how_long_to_wait_for_a_lock():
    database = database_from_url("postgres:///clinic?options=-c%20lock_timeout%3D30s", base=BASE_DIR)

    assert database["OPTIONS"] == {"options": "-c lock_timeout=30s"}


@pytest.mark.parametrize("url", ["mysql://localhost/clinic", "clinic.sqlite3", "postgres://localhost", "sqlite:///"])
def test_database_url_when_not_understood_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL"):
        database_from_url(url, base=BASE_DIR)


def test_mail_url_without_a_user_needs_no_encryption():
    options = mailer_from_url("smtp://localhost:25")["OPTIONS"]

    assert (options["host"], options["port"], options["use_tls"], options["use_ssl"]) == ("localhost", 25, False, False)


def test_mail_url_with_a_user_is_encrypted():
    options = mailer_from_url("smtp://desk:s%2Fecret@mail.example")["OPTIONS"]

    assert (options["port"], options["username"], options["password"]) == (587, "desk", "s/ecret")
    assert options["use_tls"]


def test_mail_url_when_not_understood_is_refused():
    with pytest.raises(ImproperlyConfigured, match="EMAIL_URL"):
        mailer_from_url("mail.example")


def test_task_is_not_handed_out_twice_while_it_waits_behind_others():
    waits = Q_CLUSTER["queue_limit"] / Q_CLUSTER["workers"] + 1

    assert Q_CLUSTER["retry"] > Q_CLUSTER["timeout"] * waits


def test_unfold_setting_stays_a_list_of_names():
    assert len(UNFOLD) < 20
    assert isinstance(UNFOLD["SIDEBAR"]["navigation"], str)


@pytest.mark.parametrize("value", ["desk@noor.example", "Noor <desk@noor.example>", "نور <desk@noor.example>"])
def test_sender_when_an_address_is_kept_as_it_is(monkeypatch, value):
    monkeypatch.setenv("SENDER", value)

    assert env_sender("SENDER", default="") == value


@pytest.mark.parametrize("value", ["Noor", "desk@", "Noor <noor.example>", "desk@noor.example\nBcc: all@noor.example"])
def test_sender_when_no_address_is_refused(monkeypatch, value):
    monkeypatch.setenv("SENDER", value)

    with pytest.raises(ImproperlyConfigured, match="is not an e-mail address"):
        env_sender("SENDER", default="clinic@localhost")


@pytest.mark.parametrize(
    "address", ["console:", "file:/srv/messages.jsonl", "jsons://desk:secret@gateway.example/send?:to={to}"]
)
def test_gateway_when_understood_is_kept_as_it_is(monkeypatch, address):
    monkeypatch.setenv("SMS_URL", address)

    assert env_gateway("SMS_URL", debug=False) == address


def test_gateway_when_missing_is_the_console_in_debug_and_nobody_else_where(monkeypatch):
    monkeypatch.delenv("SMS_URL", raising=False)

    assert env_gateway("SMS_URL", debug=True) == "console:"
    assert env_gateway("SMS_URL", debug=False) == ""


@pytest.mark.parametrize(
    "address", ["gateway.example", "file:", "console", "jsons://desk:hunter2@gateway.example/without-a-number"]
)
def test_gateway_when_not_understood_is_refused_without_its_password(monkeypatch, address):
    monkeypatch.setenv("SMS_URL", address)

    with pytest.raises(ImproperlyConfigured, match="SMS_URL must be console:, file:PATH or an address") as refusal:
        env_gateway("SMS_URL", debug=True)

    assert "hunter2" not in str(refusal.value)
