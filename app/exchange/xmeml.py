"""Write a cut list as Final Cut Pro 7 XML (xmeml 5), which Premiere Pro, Resolve and Avid's tools read.

Frames count from the file's first; its own timecode stands beside them. A rate is a whole timebase and whether it
is slowed by 1000/1001.
"""

from xml.etree import ElementTree as ET

from app.exchange.cut_list import Cut, CutList, Source

DOCTYPE = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE xmeml>\n'
NTSC_DEN = 1001


def write_xmeml(cuts: CutList) -> str:
    """Return the list as one sequence with a track of picture, and one of sound where a recording has any."""
    root = ET.Element("xmeml", version="5")
    sequence = ET.SubElement(root, "sequence", id="sequence-1")
    _say(sequence, name=cuts.name, duration=cuts.length)
    _rate(cuts, sequence)
    _timecode(cuts, sequence, cuts.start, cuts.drop_frame)
    media = ET.SubElement(sequence, "media")
    video = ET.SubElement(media, "video")
    size = ET.SubElement(ET.SubElement(video, "format"), "samplecharacteristics")
    _say(size, width=cuts.cuts[0].source.width or 1920, height=cuts.cuts[0].source.height or 1080)
    _rate(cuts, size)
    files: set[str] = set()
    _track(cuts, video, "video", files)
    if any(source.channels for source in cuts.sources):
        _track(cuts, ET.SubElement(media, "audio"), "audio", files)
    ET.indent(root)
    return f"{DOCTYPE}{ET.tostring(root, encoding='unicode')}\n"


def _track(cuts: CutList, parent: ET.Element, kind: str, files: set[str]) -> None:
    track = ET.SubElement(parent, "track")
    for number, (at, cut) in enumerate(cuts.placed(), start=1):
        if kind == "audio" and not cut.source.channels:
            continue
        item = ET.SubElement(track, "clipitem", id=f"{kind}-{number}")
        _say(item, name=cut.title, enabled="TRUE", duration=cut.source.duration)
        _rate(cuts, item)
        _say(item, start=at, end=at + cut.length)
        item.append(ET.Element("in"))
        item[-1].text = str(cut.in_point)
        _say(item, out=cut.out_point)
        item.append(_file(cuts, cut.source, files))
        if kind == "audio":
            _say(ET.SubElement(item, "sourcetrack"), mediatype="audio", trackindex=1)
        if cut.source.channels:
            _link(item, number)
        _comments(item, cut)


def _file(cuts: CutList, source: Source, files: set[str]) -> ET.Element:
    """Describe a file where it comes up first; after that its id is enough."""
    file = ET.Element("file", id=f"file-{source.id}")
    if source.id in files:
        return file
    files.add(source.id)
    _say(file, name=source.filename, pathurl=source.url)
    _rate(cuts, file)
    _say(file, duration=source.duration)
    _timecode(cuts, file, source.start, source.drop_frame)
    media = ET.SubElement(file, "media")
    ET.SubElement(media, "video")
    if source.channels:
        _say(ET.SubElement(media, "audio"), channelcount=source.channels)
    return file


def _link(item: ET.Element, number: int) -> None:
    """Keep picture and sound of one clip together."""
    for kind in ("video", "audio"):
        _say(ET.SubElement(item, "link"), linkclipref=f"{kind}-{number}", mediatype=kind, trackindex=1)


def _comments(item: ET.Element, cut: Cut) -> None:
    if cut.notes:
        _say(ET.SubElement(item, "comments"), mastercomment1=cut.notes)


def _timecode(cuts: CutList, parent: ET.Element, number: int, drop_frame: bool) -> None:
    timecode = ET.SubElement(parent, "timecode")
    _rate(cuts, timecode)
    _say(timecode, string=cuts.label(number, drop_frame), frame=number, displayformat="DF" if drop_frame else "NDF")


def _rate(cuts: CutList, parent: ET.Element) -> None:
    is_ntsc = cuts.rate.den == NTSC_DEN
    _say(ET.SubElement(parent, "rate"), timebase=cuts.rate.nominal, ntsc="TRUE" if is_ntsc else "FALSE")


def _say(parent: ET.Element, **values: str | int) -> None:
    for name, value in values.items():
        ET.SubElement(parent, name).text = str(value)
