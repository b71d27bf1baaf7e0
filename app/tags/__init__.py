"""The tags room: a project's own words for its recordings and clips, and whatever links to them."""
