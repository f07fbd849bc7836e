"""The door for browsers and programs: pages, the API beside them, and what keeps both safe."""
