"""The imperative shell: one run of one thing, given ports."""
