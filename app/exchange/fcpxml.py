"""Write a cut list as FCPXML 1.10, which Final Cut Pro and DaVinci Resolve read.

Every time is a whole number of frames written as a ratio of seconds, never a rounded one
(https://developer.apple.com/documentation/professional-video-applications/fcpxml-reference).
"""

from xml.etree import ElementTree as ET

from app.exchange.cut_list import Cut, CutList, Source

DOCTYPE = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n'
# What is said of a recording whose picture's size is not known.
USUAL_SIZE = (1920, 1080)


def write_fcpxml(cuts: CutList) -> str:
    """Return the list as a project of one event; titles, notes and tags come along."""
    root = ET.Element("fcpxml", version="1.10")
    resources = ET.SubElement(root, "resources")
    formats: dict[tuple[int, int], str] = {}
    for source in cuts.sources:
        formats.setdefault(_size(source), f"format{len(formats) + 1}")
    for (width, height), id in formats.items():
        format = ET.SubElement(resources, "format", id=id, frameDuration=_seconds(cuts, 1))
        format.attrib.update(width=str(width), height=str(height))
    assets = {source.id: f"asset{number}" for number, source in enumerate(cuts.sources, start=1)}
    for source in cuts.sources:
        resources.append(_asset(cuts, source, assets[source.id], formats[_size(source)]))
    event = ET.SubElement(root, "event", name=cuts.name)
    sequence = ET.SubElement(
        ET.SubElement(event, "project", name=cuts.name),
        "sequence",
        format=next(iter(formats.values())),
        duration=_seconds(cuts, cuts.length),
        tcStart=_seconds(cuts, cuts.start),
        tcFormat="DF" if cuts.drop_frame else "NDF",
    )
    spine = ET.SubElement(sequence, "spine")
    spine.extend([_clip(cuts, at, cut, assets[cut.source.id]) for at, cut in cuts.placed()])
    ET.indent(root)
    return f"{DOCTYPE}{ET.tostring(root, encoding='unicode')}\n"


def _asset(cuts: CutList, source: Source, id: str, format: str) -> ET.Element:
    asset = ET.Element(
        "asset",
        id=id,
        name=source.title,
        start=_seconds(cuts, source.start),
        duration=_seconds(cuts, source.duration),
        format=format,
        hasVideo="1",
    )
    if source.channels:
        asset.attrib.update(hasAudio="1", audioSources="1", audioChannels=str(source.channels))
        asset.attrib.update({"audioRate": str(source.sample_rate)} if source.sample_rate else {})
    ET.SubElement(asset, "media-rep", kind="original-media", src=source.url)
    return asset


def _clip(cuts: CutList, at: int, cut: Cut, asset: str) -> ET.Element:
    start, duration = _seconds(cuts, cut.source.start + cut.in_point), _seconds(cuts, cut.length)
    clip = ET.Element(
        "asset-clip",
        ref=asset,
        name=cut.title,
        offset=_seconds(cuts, cuts.start + at),
        start=start,
        duration=duration,
        tcFormat="DF" if cut.source.drop_frame else "NDF",
    )
    if cut.notes:
        ET.SubElement(clip, "note").text = cut.notes
    if cut.tags:
        ET.SubElement(clip, "keyword", start=start, duration=duration, value=", ".join(cut.tags))
    return clip


def _size(source: Source) -> tuple[int, int]:
    return source.width or USUAL_SIZE[0], source.height or USUAL_SIZE[1]


def _seconds(cuts: CutList, frames: int) -> str:
    return f"{frames * cuts.rate.den}/{cuts.rate.num}s"
