"""The clinic without a screen: patients, schedule, packages, money, messages. Knows no admin and no report."""
