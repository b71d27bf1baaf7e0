"""Write and read cut lists as EDLs, as CMX 3600 laid them down and every editing program reads them.

Out points are exclusive: the label of the first frame not kept. A semicolon before the frames is drop-frame.
"""

import re
from dataclasses import dataclass, field

from app.core.errors import Invalid
from app.core.texts import say
from app.exchange.cut_list import Cut, CutList, Source, one_line
from app.exchange.marks import Found, Mark, Target, at_line, checked, fit_notes, fit_title

REEL_LENGTH = 8
# No program writes longer ones, and looking for marks takes longer than in proportion.
LONGEST_LINE = 2_000
NOT_REEL = re.compile(r"[^A-Z0-9]+")
# Black, and what a title generator makes, come from no recording.
NO_REELS = frozenset({"BL", "BLACK"})

_LABEL = r"(\d{1,2}[:;.,]\d\d[:;.,]\d\d[:;.,]\d{2,3})"
EVENT = re.compile(rf"\d+\s+(\S+)\s+\S.*?\s{_LABEL}\s+{_LABEL}\s+{_LABEL}\s+{_LABEL}", re.ASCII)
BROKEN_EVENT = re.compile(r"\d{3,}\s+\S+\s+(?:V|A\d*|B|AA|AA/V|NONE)\s+[CDWK]", re.ASCII)
NAMED = re.compile(r"\*\s*(?:FROM CLIP NAME|FROM CLIP|SOURCE FILE|CLIP NAME)\s*:\s*(.*)", re.IGNORECASE)
SAID = re.compile(r"\*\s*(COMMENT|NOTES)\s*:\s*(.*)")
MARKER = re.compile(r"\|M:(.*?)\s*\|D:(\d{1,9})")


def write_edl(cuts: CutList) -> str:
    """Return the list as an EDL; each event names its file and carries the clip's title and notes as comments."""
    head = [f"TITLE: {one_line(cuts.name)}", f"FCM: {'DROP FRAME' if cuts.drop_frame else 'NON-DROP FRAME'}", ""]
    reels = _reels(cuts.sources)
    events = [
        _event(cuts, number, at, cut, reels[cut.source.id]) for number, (at, cut) in enumerate(cuts.placed(), start=1)
    ]
    return "\n".join([*head, *events])


def _event(cuts: CutList, number: int, at: int, cut: Cut, reel: str) -> str:
    source = cut.source
    first, end = (source.start + point for point in (cut.in_point, cut.out_point))
    labels = [
        cuts.label(first, source.drop_frame),
        cuts.label(end, source.drop_frame),
        cuts.label(cuts.start + at, cuts.drop_frame),
        cuts.label(cuts.start + at + cut.length, cuts.drop_frame),
    ]
    lines = [
        f"{number:03}  {reel:<{REEL_LENGTH}} {'AA/V' if source.channels else 'V':<5} C        {' '.join(labels)}",
        f"* FROM CLIP NAME: {one_line(source.filename)}",
        f"* COMMENT: {one_line(cut.title)}",
    ]
    if cut.notes:
        lines.append(f"* NOTES: {one_line(cut.notes)}")
    return "\n".join(lines) + "\n"


def _reels(sources: list[Source]) -> dict[str, str]:
    """Return a reel's name for each source: eight capitals and digits of its file's name, no two alike."""
    reels: dict[str, str] = {}
    for source in sources:
        name = NOT_REEL.sub("", source.filename.rpartition(".")[0].upper() or source.filename.upper()) or "REEL"
        reel, again = name[:REEL_LENGTH], 1
        while reel in reels.values():
            again += 1
            reel = f"{name[: REEL_LENGTH - len(str(again))]}{again}"
        reels[source.id] = reel
    return reels


def read_edl(text: str, target: Target) -> Found:
    """Return the stretches an EDL takes from the recording; its record side is not looked at.

    Where an event names one of several files, only this recording's are taken. Raises `Invalid` with the line.
    """
    events = [event for event in _events(text) if event.reel not in NO_REELS]
    ours = [event for event in events if any(target.is_named(name) for name in event.names)]
    taken = ours or events
    marks = [mark for event in taken if (mark := _mark(event, target)) is not None]
    return Found(checked(marks, target), len(events) - len(taken))


@dataclass
class _Event:
    """One event with the comments below it."""

    line: int
    reel: str
    source_in: str
    source_out: str
    names: list[str] = field(default_factory=list)
    title: str = ""
    notes: str = ""
    frames: int | None = None

    def take(self, comment: str) -> None:
        """Remember what a line below the event says of it."""
        if marker := MARKER.search(comment):
            # A list of Resolve's markers: an event of one frame, whose length stands behind its name.
            self.title, self.frames = marker.group(1).strip(), int(marker.group(2))
        elif named := NAMED.fullmatch(comment):
            self.names.append(named.group(1).strip())
        elif said := SAID.fullmatch(comment):
            if said.group(1) == "COMMENT":
                self.title = said.group(2).strip()
            else:
                self.notes = said.group(2).strip()


def _events(text: str) -> list[_Event]:
    events: list[_Event] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line[:LONGEST_LINE].strip()
        if found := EVENT.match(line):
            events.append(_Event(number, found.group(1).upper(), found.group(2), found.group(3)))
        elif events and line.startswith(("*", "|")):
            events[-1].take(line)
        elif BROKEN_EVENT.match(line):
            raise at_line(number, say("An event has four timecodes, like 01:00:00:00."))
    return events


def _mark(event: _Event, target: Target) -> Mark | None:
    """Return what an event marks, None where it takes no frame."""
    try:
        in_point = target.clock.read(event.source_in, "file")
        out_point = target.clock.read(event.source_out, "file")
    except Invalid as error:
        raise at_line(event.line, str(error)) from error
    if event.frames is not None:
        out_point = in_point + max(1, event.frames)
    if in_point == out_point:
        return None
    name = event.title or next(iter(event.names), "")
    return Mark(fit_title(name), in_point, out_point, fit_notes(event.notes), event.line)
