"""The flow board: a day's appointments in columns, from expected to done, each a card with its next steps."""
