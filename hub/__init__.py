"""One inbox, one clock."""
