"""Which forms clips are taken along in, what reads them, and how each is written and read."""

from collections.abc import Callable
from dataclasses import dataclass

from app.core.errors import Invalid
from app.core.texts import later, say
from app.exchange.cut_list import CutList
from app.exchange.edl import read_edl, write_edl
from app.exchange.fcpxml import write_fcpxml
from app.exchange.marks import Found, Target
from app.exchange.otio import read_otio, write_otio
from app.exchange.tables import read_table
from app.exchange.xmeml import write_xmeml

LARGEST_BYTES = 1 << 20


@dataclass(frozen=True)
class Form:
    """One kind of cut list."""

    ending: str
    title: str
    read_by: str
    content_type: str
    write: Callable[[CutList], str]


FORMS = {
    form.ending: form
    for form in (
        Form("fcpxml", later("FCPXML"), later("Final Cut Pro, DaVinci Resolve"), "application/xml", write_fcpxml),
        Form("xml", later("Final Cut 7 XML"), later("Premiere Pro, DaVinci Resolve"), "application/xml", write_xmeml),
        Form("edl", later("EDL"), later("Avid Media Composer and nearly every other"), "text/plain", write_edl),
        Form(
            "otio",
            later("OpenTimelineIO"),
            later("Resolve, Kdenlive, programs of your own"),
            "application/json",
            write_otio,
        ),
    )
}
# What counts milliseconds has no frames for the others to count.
SOUND_FORMS = ("otio",)

READERS: dict[str, Callable[[str, Target], Found]] = {"edl": read_edl, "csv": read_table, "otio": read_otio}


def read_marks(filename: str, data: bytes, target: Target) -> Found:
    """Return what a file marks in the recording; raises `Invalid` at `file` in words."""
    read = READERS.get(filename.rpartition(".")[2].lower())
    if read is None:
        raise Invalid(say("Choose an EDL, a CSV table or an OpenTimelineIO file."), "file")
    if len(data) > LARGEST_BYTES:
        raise Invalid(say("Choose a file of at most 1 MB."), "file")
    try:
        text = data.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        # Older programs write what Windows writes; every byte is a letter there or is lost.
        text = data.decode("cp1252", "replace").replace("\0", "")
    return read(text, target)
