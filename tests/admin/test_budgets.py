"""How much the account's and the admin's pages may ask of the database."""

from app.auth.models import User
from tests.visitors import Company, counted, own

# Database counts every table and reads its indexes, so it grows with the schema and with nothing else.
# What each asks for itself, whoever it shows; a longer list asks no more (test_users, test_audit and their neighbours).
BUDGETS = {
    "/me": 2,
    "/me/password": 1,
    "/me/sessions": 1,
    "/me/tokens": 2,
    "/me/second-factor": 3,
    "/me/keyboard": 1,
    "/projects/trash": 2,
    "/admin/projects": 3,
    "/admin/projects?state=deleted": 3,
    "/admin/users": 3,
    "/admin/users/new": 1,
    "/admin/users/{person}/edit": 5,
    "/admin/audit": 4,
    "/admin/settings": 3,
    "/admin/storage": 9,
    "/admin/processing": 6,
    "/admin/database": 100,
}


def ways(company: Company, person: User) -> dict[str, int]:
    admin, asked = company.as_("admin"), {}
    for path in BUDGETS:
        with counted() as statements:
            answer = admin.get(path.format(person=person.public_id))
        assert answer.status_code == 200, path
        asked[path] = len(own(statements))
    return asked


def test_no_page_asks_more_than_its_budget(company: Company) -> None:
    over = {path: asked for path, asked in ways(company, company.viewer).items() if asked > BUDGETS[path]}

    assert over == {}
