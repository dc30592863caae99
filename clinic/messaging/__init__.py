"""What patients are told.

Every message is a row of the outbox, written in the transaction that causes it, so that neither exists without the
other. It leaves afterwards, outside of any transaction (`sending`): what is due is taken in hand, looked at once more,
whether it is still true and wanted, and handed to the gateway of its channel (`channels`). Reminders write themselves
(`reminders`); the words of all are in `texts`.

Words to patients are plain text files, one per kind and language, and a shorter one by SMS where the usual would cost
more than two: the subject on the first line, the text below. An organisation may have words of its own instead. They
name the person, the moment and the place, and nothing that tells what a patient is treated for.
"""
