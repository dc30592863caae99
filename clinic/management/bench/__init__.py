"""What `manage.py bench` measures, and the instances it measures on."""
