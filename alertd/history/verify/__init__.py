"""Whether everything that was taken in has an end: what `alertd verify` says, and the daily look of the timers."""
