"""Applying: a plan is looked at again, carried out call by call, proved, and taken back."""
