"""alertd: real-time alerts from news and filings, for the portfolios a desk holds."""

__version__ = "0.1.0"
