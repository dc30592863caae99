"""From the outbox to the gateways: who has which message in hand, and whether and when it leaves."""
