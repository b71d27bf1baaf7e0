"""Media work beside the ffmpeg command line: taking in, rendering, cutting, pictures and peaks."""

import shlex
import subprocess
from pathlib import Path
from typing import Any

from app.processing import sandbox
from tests.bench.measure import Line, alone, beside

SOURCE = (
    "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=1920x1080:rate=25,noise=alls=6:allf=t -f lavfi"
    " -i sine=frequency=440:sample_rate=48000 -af \"volume='if(lt(mod(t,10),8),1,0)':eval=frame\" -t 60"
    " -c:v libx264 -preset veryfast -crf 23 -g 250 -bf 2 -pix_fmt yuv420p -c:a aac -b:a 128k {minute}"
)
LOOP = "ffmpeg -y -loglevel error -stream_loop {loops} -i {minute} -c copy {long}"
HEVC = (
    "ffmpeg -y -loglevel error -i {minute} -c:v libx265 -preset ultrafast -x265-params log-level=none -c:a copy {hevc}"
)
SMALL = (
    "ffmpeg -y -loglevel error -f lavfi -i testsrc2=size=320x180:rate=25 -f lavfi -i sine -t 4"
    " -c:v libx264 -preset ultrafast -pix_fmt yuv420p -c:a aac {small}"
)
# The same work as the stages: count frames; pictures from key frames; peaks, silence and shot changes by decoding all.
INGEST = (
    "ffprobe -v error -count_packets -select_streams v:0 -show_entries stream=nb_read_packets {long}",
    "ffmpeg -y -loglevel error -skip_frame nokey -i {long} -vf thumbnail=8,scale=1280:-2 -frames:v 1 {out}/poster.jpg",
    "ffmpeg -y -loglevel error -skip_frame nokey -i {long} -vf scale=160:90,tile=100x1 -frames:v 1 {out}/strip.jpg",
    "ffmpeg -y -loglevel error -i {long} -map 0:a -f f32le -ar 48000 /dev/null",
    "ffmpeg -y -loglevel error -i {long} -map 0:a -af silencedetect=n=-35dB:d=0.35 -f null -",
    "ffmpeg -y -loglevel error -threads 2 -i {long} -map 0:v -vf scale=320:-2,scdet -f null -",
)
PROXY = (
    "ffmpeg -y -loglevel error -threads 2 -i {hevc} -vf scale=1280:-2 -c:v libx264 -preset veryfast -crf 24 -bf 0"
    " -g 25 -c:a aac -b:a 128k -movflags +faststart {out}/proxy.mp4"
)
EXACT = (
    "ffmpeg -y -loglevel error -threads 2 -ss 8.04 -i {long} -t 60 -c:v libx264 -preset veryfast -crf 18 -c:a aac"
    " -b:a 192k {out}/exact.mp4"
)


class Bench:
    """Generated files, and what is run on them."""

    def __init__(self, folder: Path, minutes: int) -> None:
        self.folder, self.minutes = folder, minutes
        self.names = {name: str(folder / f"{name}.mp4") for name in ("minute", "long", "hevc", "small")}
        self.names |= {"out": str(folder), "loops": str(minutes - 1)}

    def prepare(self) -> None:
        """Generate the files, and probe the ones that are worked on."""
        for command in (SOURCE, LOOP, HEVC, SMALL):
            print("$", command)
            self.shell(command)
        self.facts = {name: self.probe(name) for name in ("long", "hevc")}

    def shell(self, command: str) -> None:
        subprocess.run(shlex.split(command.format(**self.names)), check=True, stdout=subprocess.DEVNULL)

    def task(self, task: str, name: str, **params: Any) -> dict[str, Any]:
        """Run one of our tasks in its confined child, as a stage does."""
        source, index = Path(self.names[name]), self.folder / f"{name}.npz"
        known = getattr(self, "facts", {}).get(name, {})
        given = {"path": str(source), "index": str(index), **known, **params}
        reads = [source, *([index] if index.exists() and task != "probe" else [])]
        return sandbox.run_sync(task, given, reads=reads, work_dir=self.folder)

    def probe(self, name: str) -> dict[str, Any]:
        facts = self.task("probe", name)
        kept = ("width", "height", "rotation", "rate_num", "rate_den", "duration_frames")
        return {each: facts[each] for each in kept}

    def ingest(self) -> None:
        """Do what the stages of an ingest do to a recording browsers play as it is."""
        out = self.folder
        self.task("probe", "long")
        self.task("poster", "long", poster=str(out / "p.jpg"), thumbnail=str(out / "t.jpg"))
        self.strip()
        self.peaks()
        self.task("silence", "long")
        self.task("scenes", "long")

    def strip(self) -> None:
        self.task("filmstrip", "long", strips=[{"output": str(self.folder / "strip.jpg"), "tiles": 100}])

    def peaks(self) -> None:
        self.task("waveform", "long", output=str(self.folder / "peaks.bin"))

    def proxy(self) -> None:
        self.task("proxy", "hevc", output=str(self.folder / "p.mp4"), output_index=str(self.folder / "p.npz"))

    def render(self, mode: str) -> None:
        """Render a minute that does not begin on a key frame."""
        output = str(self.folder / f"{mode}-ours.mp4")
        self.task("render", "long", output=output, in_point=201, out_point=1701, mode=mode)

    def probe_many(self) -> None:
        files = [
            {"path": self.names["small"], "index": str(self.folder / f"small{number}.npz")} for number in range(100)
        ]
        sandbox.run_sync("probe_many", {"files": files}, reads=[Path(self.names["small"])], work_dir=self.folder)


def run(folder: Path, minutes: int) -> list[Line]:
    """Generate, time, and return the lines."""
    bench = Bench(folder, minutes)
    bench.prepare()
    for command in (*INGEST, PROXY, EXACT):
        print("$", command)
    length = f"{minutes} min of 1080p"
    return [
        beside(f"take in {length} H.264", bench.ingest, lambda: _all(bench, INGEST), 1.1, rounds=1),
        beside("make a proxy of a 1080p HEVC minute", bench.proxy, lambda: bench.shell(PROXY), 1.1),
        beside("render a 1080p minute exactly", lambda: bench.render("exact"), lambda: bench.shell(EXACT), 1.2),
        beside(
            "cut the same minute smart, against encoding it",
            lambda: bench.render("smart"),
            lambda: bench.shell(EXACT),
            20,
            at_least=True,
        ),
        alone("probe a file, 100 in one child", bench.probe_many, 0.005, per=100),
        alone(f"100 pictures of {length}", bench.strip, 1.0),
        alone(f"peaks of {minutes} min of sound", bench.peaks, 5.0),
    ]


def _all(bench: Bench, commands: tuple[str, ...]) -> None:
    for command in commands:
        bench.shell(command)
