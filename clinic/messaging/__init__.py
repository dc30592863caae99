"""What patients are told.

Every message is a row of the outbox, written in the transaction that causes it, so that neither exists without the
other. Nothing is sent here: whoever sends asks the outbox what is due and looks at the appointment once more.

Words to patients are plain text files, one per kind and language: the subject on the first line, the text below.
They name the person, the moment and the place, and nothing that tells what a patient is treated for.
"""
