"""Appointments as calendars elsewhere read them, and busy time that providers have elsewhere."""
