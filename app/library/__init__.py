"""The library room: the project page: media at a glance and the job strip."""
