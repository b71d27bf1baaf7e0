"""What of a transcript goes for good with its recording."""

from app.media.purge import goes_with_media
from app.transcripts.models import Speaker, Transcript, TranscriptSegment

goes_with_media(TranscriptSegment)
goes_with_media(Transcript)
goes_with_media(Speaker)
