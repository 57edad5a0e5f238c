"""A watch from end to end: records come in, people are told, and nothing is lost or told twice."""
