"""The projects room: projects, their members and who may do what."""
