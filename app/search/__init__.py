"""The search room: one box over everything, grouped by recording, open at the moment it happens."""
