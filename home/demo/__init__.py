"""The demo newspaper: an invented port city, its people, its pictures."""
