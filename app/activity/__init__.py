"""The activity room: pages about jobs and history."""
