"""One control per file; the file name is its slug. Nothing is listed here: the catalogue finds them by walking."""
