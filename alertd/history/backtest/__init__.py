"""What rules would have done with the events of an archive, on the archive's clock."""
