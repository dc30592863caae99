"""The clinic in numbers: frames read the database, metrics compute, figures draw, pages show."""
