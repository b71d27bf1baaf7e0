"""What machines found that goes for good with its recording, row by row told."""

from app.analysis.models import ContentSegment, LayoutAnalysis
from app.media.purge import goes_with_media

goes_with_media(ContentSegment)
goes_with_media(LayoutAnalysis)
