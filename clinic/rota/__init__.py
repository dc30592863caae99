"""When providers work and clinics are open, as far as people enter it: weekly hours, leave, public holidays.

What follows from it, hour by hour, is the engine's to say (`clinic.scheduling`).
"""
