"""Patients, providers and staff."""
