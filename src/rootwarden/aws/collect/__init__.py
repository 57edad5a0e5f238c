"""One file per AWS service; each function names the fact it provides."""
