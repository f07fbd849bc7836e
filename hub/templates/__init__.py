"""Texts for replies: what a template is, where it is read from, and how it is filled in."""
