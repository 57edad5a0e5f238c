"""The parts of the table that is drawn at a terminal."""
