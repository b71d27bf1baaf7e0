"""The workbench room: the media page: player, timeline and clips."""
