"""What all tests share."""

from __future__ import annotations

from hypothesis import settings

# A slow machine is no fault of what is tested: nothing here is timed.
settings.register_profile("alertd", deadline=None)
settings.load_profile("alertd")
