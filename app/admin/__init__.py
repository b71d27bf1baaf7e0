"""Pages for whoever runs the installation: admins only, and for all others they do not exist."""
