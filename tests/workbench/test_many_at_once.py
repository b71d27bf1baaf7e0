"""Many people at once on one recording: nobody is turned away, nothing is lost, and the counts are right."""

import threading
from http.client import HTTPConnection
from urllib.parse import urlencode

from flask import Flask

from app.clips.models import Clip
from app.core.db import transaction
from app.media.models import Media
from app.projects.models import Project
from tests.live import serving
from tests.media.test_tus_live import headers_of
from tests.visitors import Company

PEOPLE, CLIPS = 6, 8


def test_clips_marked_at_the_same_time_are_all_there_and_counted(app: Flask, company: Company, media: Media) -> None:
    visitors = [company.as_(role) for role in ("owner", "editor", "admin") * (PEOPLE // 3)]
    statuses: list[int] = []
    address = f"/m/{media.public_id}"
    gate = threading.Barrier(PEOPLE)

    def work(number: int, port: int) -> None:
        connection, headers = HTTPConnection("127.0.0.1", port), headers_of(visitors[number])
        form = {"Content-Type": "application/x-www-form-urlencoded", **headers}
        gate.wait()
        for turn in range(CLIPS):
            times = {"in_timecode": f"00:00:{turn:02}:00", "out_timecode": f"00:00:{turn + number:02}:24"}
            body = urlencode({"title": f"{number}-{turn}", **times})
            for method, sent in (("POST", body), ("GET", None)):
                connection.request(method, f"{address}/clips" if sent else address, sent, form if sent else headers)
                answer = connection.getresponse()
                answer.read()
                statuses.append(answer.status)
        connection.close()

    with serving(app, threads=PEOPLE) as port:
        workers = [threading.Thread(target=work, args=(number, port)) for number in range(PEOPLE)]
        for each in workers:
            each.start()
        for each in workers:
            each.join()

    assert sorted(set(statuses)) == [200, 303]
    with transaction() as session:
        assert session.query(Clip).count() == PEOPLE * CLIPS
        assert {clip.title for clip in session.query(Clip)} == {f"{n}-{t}" for n in range(PEOPLE) for t in range(CLIPS)}
        assert session.get_one(Media, media.id, populate_existing=True).clip_count == PEOPLE * CLIPS
        assert session.get_one(Media, media.id).longest_clip == PEOPLE * 25
        assert session.get_one(Project, company.project.id, populate_existing=True).clip_count == PEOPLE * CLIPS
        assert len({clip.clip_order for clip in session.query(Clip)}) == PEOPLE * CLIPS
