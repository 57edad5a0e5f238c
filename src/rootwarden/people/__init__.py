"""People: from a roster, which says who works here and as what, to the changes that make an account look like it."""
