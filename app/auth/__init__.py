"""The auth room: people, sessions and sign-in."""
