"""The scenes of the remedies, one file each, named as the remedy is. Adding one is adding a file."""
