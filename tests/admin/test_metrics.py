"""/metrics: every figure, for admins and for programs with the operator's token, and for nobody else."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app.config import settings_from
from app.core.db import db
from tests.visitors import Company

TOKEN = "0123456789abcdef-token"


@pytest.fixture
def with_token(app: Flask) -> Iterator[Flask]:
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], metrics_token=TOKEN)
    yield app


def ask(app: Flask, authorization: str | None = None) -> int:
    headers = {"Authorization": authorization} if authorization else {}
    return app.test_client().get("/metrics", headers=headers).status_code


@pytest.mark.parametrize("role", ["owner", "viewer", "outsider"])
def test_people_who_are_no_admins_find_nothing(company: Company, role: str) -> None:
    assert company.as_(role).get("/metrics").status_code == 404


@pytest.mark.parametrize("sent", [None, "Bearer ", "Bearer None", f"Bearer {TOKEN}"])
def test_without_a_token_set_nobody_gets_in_by_one(app: Flask, sent: str | None) -> None:
    assert ask(app, sent) == 404


def test_the_token_opens_it_and_nothing_like_it_does(with_token: Flask) -> None:
    assert ask(with_token, f"Bearer {TOKEN}") == 200
    for wrong in (f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", TOKEN, f"Basic {TOKEN}", "Bearer", "Bearer é"):
        assert ask(with_token, wrong) == 404


def test_the_token_opens_no_other_page(with_token: Flask) -> None:
    answer = with_token.test_client().get("/admin/database", headers={"Authorization": f"Bearer {TOKEN}"})

    assert answer.status_code == 401


def test_a_short_token_is_refused_at_the_start(app: Flask) -> None:
    settings = app.config["SETTINGS"]

    with pytest.raises(ValueError, match="METRICS_TOKEN"):
        settings_from({"RUSHES_INSTANCE": str(settings.instance), "METRICS_TOKEN": "short"}, settings.instance)


def test_every_figure_is_there_in_the_form_prometheus_reads(company: Company) -> None:
    visitor = company.as_("admin")
    visitor.get("/projects")
    text = visitor.get("/metrics").get_data(as_text=True)
    found = {family.name: family for family in text_string_to_metric_families(text)}

    assert {
        "rushes_statement_seconds",
        "rushes_statements",
        "rushes_database_errors",
        "rushes_pool_connections",
        "rushes_jobs",
        "rushes_workers_alive",
        "rushes_request_seconds",
        "rushes_database_up",
    } <= set(found)
    assert {sample.labels["state"] for sample in found["rushes_jobs"].samples} == {
        "failed",
        "running",
        "waiting",
        "done",
    }
    buckets = [each.value for each in found["rushes_statement_seconds"].samples if each.name.endswith("_bucket")]
    assert buckets == sorted(buckets) and buckets[-1] > 0


def test_requests_are_told_by_route_and_never_by_address(company: Company) -> None:
    visitor = company.as_("admin")
    visitor.get(f"/p/{company.project.slug}")
    text = visitor.get("/metrics").get_data(as_text=True)

    assert 'route="/p/<slug>"' in text
    assert company.project.slug not in text


def test_an_invented_method_makes_no_figure_of_its_own(company: Company) -> None:
    visitor = company.as_("admin")
    visitor.client.open("/projects", method="BREW")

    text = visitor.get("/metrics").get_data(as_text=True)

    assert "BREW" not in text and 'method="other"' in text


def test_a_database_that_does_not_answer_leaves_the_rest(with_token: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    ask(with_token, f"Bearer {TOKEN}")
    monkeypatch.setattr("app.admin.metrics.count_jobs", lambda session: session.execute(db.text("SELECT x")))

    text = with_token.test_client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).get_data(as_text=True)

    assert "rushes_database_up 0.0" in text
    assert "rushes_statement_seconds_count" in text


def test_each_app_has_figures_of_its_own(app: Flask) -> None:
    assert app.extensions["meter"] is not None
    assert app.extensions["metrics"] is not None


def test_in_debug_the_answer_says_how_long_the_database_took(company: Company, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor = company.as_("admin")
    plain = visitor.get("/projects")
    monkeypatch.setattr(company.app, "debug", True)
    debugged = visitor.get("/projects")

    assert "Server-Timing" not in plain.headers
    timing = debugged.headers["Server-Timing"]
    assert timing.startswith("db;dur=") and "statements" in timing and "total;dur=" in timing
