"""The composition root: settings become processes. `supervisor` guards them, `child` is what runs inside them."""
