"""Brings a world to life in the lab, area by area, through the public API wherever AWS has one."""
