"""Appointments that have lost their time: the lists of them, and the page on which each gets another."""
