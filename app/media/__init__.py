"""The media room: files, uploads, renditions and the bytes that go out."""
