"""What the front desk books and moves."""
