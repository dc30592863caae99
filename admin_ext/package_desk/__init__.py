"""Packages of patients: what was bought, used and is left."""
