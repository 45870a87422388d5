"""Alert -> message -> Slack, email, webhook, console. `catalog` is the table, `outcome` says what answers mean."""
