"""A plugin to begin with: an example that works, and what copies it under another name."""
