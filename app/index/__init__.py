"""The search room: one index over everything that has words."""
