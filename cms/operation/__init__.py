"""A leaf: what the program says about itself, to monitors, in its log and to staff."""
