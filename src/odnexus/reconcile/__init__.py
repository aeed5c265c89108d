"""The pure heart: what should happen, computed from what was seen. No I/O, no clock."""
