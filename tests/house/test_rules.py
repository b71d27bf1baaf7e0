"""The rule of every route, written down once more: opening a door takes a change in two places."""

from flask import Flask

from app.core.web.access import rule_of
from tests.house.asking import rules_of

RULES = {
    "admin": (
        "admin.database admin.index admin_audit.export admin_audit.index admin_audit.show "
        "admin_processing.first admin_processing.index admin_processing.pause admin_processing.prove_box "
        "admin_processing.resume admin_projects.archive admin_projects.index admin_projects.unarchive "
        "admin_settings.index admin_storage.check admin_storage.index admin_storage.sweep admin_users.disable "
        "admin_users.edit admin_users.enable admin_users.end_sessions admin_users.index admin_users.invite "
        "admin_users.new admin_users.one_step admin_users.reset admin_users.take_back"
    ),
    "clip:edit": (
        "highlights.accept highlights.accept_all highlights.refuse highlights.refuse_all "
        "exchange.bring_in clips.edit clips.move clips.split earlier.restore renders.tag_many "
        "workbench.check workbench.create "
        "workbench_clips.bounds workbench_clips.delete workbench_clips.keep_overlap workbench_clips.restore "
        "workbench_words.create"
    ),
    "clip:render": "reels.create renders.render_many renders.request_render",
    "clip:view": (
        "highlights.show highlights.show_json "
        "exchange.media_file exchange.media_forms exchange.media_json exchange.project_file exchange.project_forms "
        "activity.clip activity.clip_json clips.index clips.index_json renders.archive renders.boundary "
        "renders.certificate renders.certificate_json renders.download workbench_clips.exports "
        "workbench_clips.show workbench_clips.show_json"
    ),
    "job:control": "jobs.cancel jobs.dismiss jobs.retry",
    "job:view": "jobs.show jobs.show_json jobs.status",
    "media:delete": "bulk.delete media.delete media.restore trash.index",
    "media:download": "files.file",
    "media:edit": (
        "bulk.tags layout.edit layout.forget layout.look media.edit silence.listen stages.again "
        "tags.delete tags.edit tags.merge "
        "song_edits.delete song_edits.edit song_edits.restore song_edits.stems song_lyrics.bring_in"
    ),
    "media:upload": (
        "fetching.by_address media.scan_folder media.upload song_edits.new tus.create "
        "tus.offset tus.receive tus.terminate"
    ),
    "media:view": (
        "activity.media activity.media_json activity.song activity.song_json files.rendition "
        "frames.picture frames.show frames.small media_details.show "
        "song_lyrics.export songs.index songs.index_json songs.of_recording "
        "songs.show songs.show_json songs.status "
        "layout.show layout.show_json lines.show lines.show_json silence.show silence.show_json "
        "stages.index stages.index_json "
        "topics.export topics.index topics.index_json topics.show topics.show_json speakers.index speakers.index_json "
        "transcripts.export transcripts.show transcripts.show_json workbench.frame_times workbench.playhead "
        "workbench.show workbench.show_json workbench.status"
    ),
    "operator": "metrics.metrics",
    "transcript:edit": (
        "lines.edit lines.join lines.revert lines.split speakers.edit speakers.merge transcripts.bring_in "
        "topics.delete topics.edit topics.find transcripts.delete transcripts.recognise"
    ),
    "member:manage": "members.add members.change members.invite members.remove members.take_back",
    "project:delete": "project_trash.delete project_trash.restore",
    "project:edit": "projects.archive projects.edit projects.unarchive trash.remove",
    "project:view": (
        "activity.project activity.project_json earlier.show library.jobs_strip library.show library.show_json "
        "members.index members.index_json tags.index tags.index_json"
    ),
    "in-person": (
        "auth.sign_out jobs.mine me.end_others me.end_session me.index me.keyboard me.password me.sessions "
        "me.theme second_factor.codes second_factor.confirm second_factor.picture second_factor.show "
        "second_factor.start second_factor.switch_off tokens.create tokens.index tokens.revoke"
    ),
    "public": (
        "auth.reset auth.second_step auth.setup auth.sign_in health.healthz invitations.accept static tus.capabilities"
    ),
    "signed-in": (
        "activity.index activity.index_json invitations.join jobs.index jobs.index_json media.demo "
        "members.leave project_trash.index projects.home projects.index projects.index_json projects.new search.index "
        "search.index_json songs.mine songs.mine_json"
    ),
}


def test_every_route_has_the_rule_written_here(app: Flask) -> None:
    declared = {rule.endpoint: rule_of(app, rule.endpoint) for rule in rules_of(app)}

    assert declared == {endpoint: rule for rule, endpoints in RULES.items() for endpoint in endpoints.split()}
