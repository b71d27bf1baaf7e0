"""Read a page as a walk through the product needs it: where its links and forms lead, and what its parts are called."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

# What points at an id of the same page.
POINTING = ("for", "aria-describedby", "aria-labelledby", "aria-controls", "list", "form")
NEED_A_NAME = {"input", "select", "textarea"}
NEED_NO_NAME = {"hidden", "submit", "button"}


@dataclass
class Seen(HTMLParser):
    """Links to look at, forms to send, and what is wrong with how parts name each other."""

    at: str
    links: set[str] = field(default_factory=set)
    posts: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.pointed: list[tuple[str, str]] = []
        self.unnamed: list[str] = []
        self.labelled: set[str] = set()
        self.headings = 0
        self.inside_label = 0
        self.posting = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = {name: value or "" for name, value in attrs}
        self._leads(tag, has)
        self.headings += tag == "h1"
        self.inside_label += tag == "label"
        if "id" in has:
            self.ids.append(has["id"])
        self.pointed += [(name, id) for name in POINTING for id in has.get(name, "").split()]
        if tag == "label":
            self.labelled.add(has.get("for", ""))
        if tag == "img" and "alt" not in has:
            self.faults.append("a picture without a word for it")
        if tag in NEED_A_NAME and has.get("type") not in NEED_NO_NAME and not self._is_named(has):
            self.unnamed.append(has.get("id", ""))

    def handle_endtag(self, tag: str) -> None:
        self.inside_label -= tag == "label"
        if tag == "form":
            self.posting = False

    def done(self) -> "Seen":
        """Return the page with everything that is wrong with it listed."""
        twice = {id for id in self.ids if self.ids.count(id) > 1}
        self.faults += [f"id twice: {id}" for id in sorted(twice)]
        self.faults += [f"{name} points nowhere: {id}" for name, id in self.pointed if id not in self.ids]
        self.faults += [f"a field without a name: {id}" for id in self.unnamed if id not in self.labelled]
        if self.headings != 1:
            self.faults.append(f"{self.headings} first headings")
        return self

    def _leads(self, tag: str, has: dict[str, str]) -> None:
        if tag == "a" and has.get("href"):
            self.links.add(self._whole(has["href"]))
        if tag == "form":
            self.posting = has.get("method", "get").lower() == "post"
            # Where a form names no place its buttons do.
            if has.get("action") or not self.posting:
                (self.posts if self.posting else self.links).add(self._whole(has.get("action", self.at)))
        if has.get("formaction") and (self.posting or has.get("form")):
            self.posts.add(self._whole(has["formaction"]))
        if has.get("hx-get"):
            self.links.add(self._whole(has["hx-get"]))
        if has.get("hx-post"):
            self.posts.add(self._whole(has["hx-post"]))

    def _whole(self, address: str) -> str:
        parts = urlsplit(urljoin(self.at, address))
        return parts.path + (f"?{parts.query}" if parts.query else "")

    def _is_named(self, has: dict[str, str]) -> bool:
        return bool(self.inside_label or has.get("aria-label") or has.get("aria-labelledby"))


def see(page: str, at: str) -> Seen:
    """Read a page that was got at this address."""
    seen = Seen(at)
    seen.feed(page)
    return seen.done()
