"""The tests inside rule files: running them, what they cover, and what is odd about rules (lint)."""
