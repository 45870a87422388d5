"""The desk's page: made on the server, usable without a script, live with one."""
