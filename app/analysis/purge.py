"""What machines found that goes for good with its recording, row by row told."""

from app.analysis.models import ContentSegment
from app.media.purge import goes_with_media

goes_with_media(ContentSegment)
