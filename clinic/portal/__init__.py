"""Pages of patients: opened by a signed link, without a login.

They are in the patient's language, light enough for a slow telephone, need no script, and change nothing on GET.
"""
