"""Rushes, from the top of the ladder to the floor; every import points down.

factory, cli, worker, wsgi      assemble and run; nobody imports them
library workbench search        pages that read across rooms, blind to each other
exchange activity admin
songs                           \
clips                            |
analysis                         |  each may use those below it
transcripts                      |
media                            |
tags                             |
projects                         |
jobs, auth, audit, backups      /
processing                      pure functions on files, in a confined child
core, pipelines, config         the floor
"""
