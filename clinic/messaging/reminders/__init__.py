"""Reminders of appointments: the policy's rules, when each leaves, and the rows that they write."""
