"""The sample sources and the local receiver of `alertd demo`."""
