"""The API under /api/v1: what a person can do in the pages and at the command line, for programs."""
