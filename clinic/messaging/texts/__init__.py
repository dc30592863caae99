"""The words of messages: ours, an organisation's own, and the language in which those are written."""
