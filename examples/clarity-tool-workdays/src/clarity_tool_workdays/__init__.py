"""A tool type for Clarity: counting in working days."""
