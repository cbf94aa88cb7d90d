"""How long tests wait for what must happen."""

# Seconds. A safety net far beyond what a slow and busy machine needs: it ends a test that would hang and nothing else.
DEADLINE = 300
