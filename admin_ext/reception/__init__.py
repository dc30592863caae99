"""Where outpatients walk in: their visits from coming in until everything is done."""
