"""Each way to be let in by a registry, from where its login is kept to what is shown."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from engines.registries import IDENTITY, PASSWORD, USER, Registry, Way, authority, basic, certificate, serving
from made_images import layers as make

from uvdive.base.errors import ImageError
from uvdive.base.progress import ignore
from uvdive.image.archives.descriptors import this_platform
from uvdive.image.reference import parse_target
from uvdive.ledger.report import ImageReport
from uvdive.session.opening.options import ReadOptions
from uvdive.session.opening.reading import read_image

ONE = make.layer(make.file("one", b"1" * 5000))
AUTH = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


def read(name: str, insecure: tuple[str, ...] = ()) -> ImageReport:
    options = ReadOptions(layer_cache=False, insecure=insecure)
    return read_image(parse_target(f"registry://{name}"), None, options, on_event=ignore)[0]


@dataclass(frozen=True)
class Home:
    """Where a test keeps its logins."""

    folder: Path
    patch: pytest.MonkeyPatch
    host: str

    def write(self, path: str, value: object) -> Path:
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(value))
        return file

    def helper(self, name: str, said: dict[str, str], wants: str) -> None:
        """A credential helper that knows one registry."""
        program = self.folder / "bin" / f"docker-credential-{name}"
        program.parent.mkdir(parents=True, exist_ok=True)
        program.write_text(
            "#!/bin/sh\nread -r host\n"
            f'[ "$host" = {wants} ] || {{ echo credentials not found in native keychain; exit 1; }}\n'
            f"echo '{json.dumps(said)}'\n"
        )
        program.chmod(0o755)
        self.patch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")


def in_docker_config(home: Home) -> None:
    home.write("home/.docker/config.json", {"auths": {home.host: {"auth": AUTH}}})


def as_docker_wrote_it_once(home: Home) -> None:
    home.write("home/.docker/config.json", {"auths": {f"https://{home.host}/v1/": {"auth": AUTH}}})


def in_a_folder_of_docker_config(home: Home) -> None:
    home.write("other/config.json", {"auths": {home.host: {"auth": AUTH}}})
    home.patch.setenv("DOCKER_CONFIG", str(home.folder / "other"))


def in_a_variable(home: Home) -> None:
    home.patch.setenv("DOCKER_AUTH_CONFIG", json.dumps({"auths": {home.host: {"auth": AUTH}}}))


def in_a_credential_store(home: Home) -> None:
    home.helper("store", {"Username": USER, "Secret": PASSWORD}, home.host)
    home.write("home/.docker/config.json", {"auths": {home.host: {}}, "credsStore": "store"})


def in_a_helper_for_this_registry(home: Home) -> None:
    home.helper("ours", {"Username": USER, "Secret": PASSWORD}, home.host)
    home.write("home/.docker/config.json", {"credHelpers": {home.host: "ours"}})


def in_podmans_file(home: Home) -> None:
    home.write("run/containers/auth.json", {"auths": {home.host: {"auth": AUTH}}})
    home.patch.setenv("XDG_RUNTIME_DIR", str(home.folder / "run"))


def in_podmans_file_below_config(home: Home) -> None:
    home.write("home/.config/containers/auth.json", {"auths": {home.host: {"auth": AUTH}}})


def in_podmans_file_for_a_part(home: Home) -> None:
    wrong = base64.b64encode(b"other:wrong").decode()
    auths = {
        home.host: {"auth": wrong},
        f"{home.host}/team": {"auth": AUTH},
        f"{home.host}/x": {"auth": wrong},
    }
    home.write("home/.config/containers/auth.json", {"auths": auths})


def in_a_named_file(home: Home) -> None:
    in_docker_config(Home(home.folder / "nowhere", home.patch, home.host))
    file = home.write("mine.json", {"auths": {home.host: {"auth": AUTH}}})
    home.patch.setenv("REGISTRY_AUTH_FILE", str(file))


def as_an_identity_token(home: Home) -> None:
    home.write("home/.docker/config.json", {"auths": {home.host: {"identitytoken": IDENTITY}}})


def as_an_identity_token_of_a_helper(home: Home) -> None:
    home.helper("ours", {"Username": "<token>", "Secret": IDENTITY}, home.host)
    home.write("home/.docker/config.json", {"credsStore": "ours"})


PASSWORDS: list[Callable[[Home], None]] = [
    in_docker_config, as_docker_wrote_it_once, in_a_folder_of_docker_config, in_a_variable,
    in_a_credential_store, in_a_helper_for_this_registry, in_podmans_file,
    in_podmans_file_below_config, in_podmans_file_for_a_part, in_a_named_file,
]  # fmt: skip
WAYS: list[tuple[Way, Callable[[Home], None]]] = [
    *(("basic", place) for place in PASSWORDS),
    *(("bearer", place) for place in PASSWORDS),
    ("bearer", as_an_identity_token),
    ("bearer", as_an_identity_token_of_a_helper),
]  # type: ignore[list-item]


IN_THE_DOCUMENTATION: dict[str, Callable[[Home], None]] = {
    "`DOCKER_AUTH_CONFIG`": in_a_variable,
    "the file of `REGISTRY_AUTH_FILE`": in_a_named_file,
    "`config.json` in `DOCKER_CONFIG`": in_a_folder_of_docker_config,
    "`~/.docker/config.json`, `auths`": in_docker_config,
    "`~/.docker/config.json`, `auths` by a URL": as_docker_wrote_it_once,
    "`~/.docker/config.json`, `identitytoken`": as_an_identity_token,
    "`~/.docker/config.json`, `credsStore`": in_a_credential_store,
    "`~/.docker/config.json`, `credsStore` with `<token>`": as_an_identity_token_of_a_helper,
    "`~/.docker/config.json`, `credHelpers`": in_a_helper_for_this_registry,
    "`auth.json` below `XDG_RUNTIME_DIR`": in_podmans_file,
    "`~/.config/containers/auth.json`": in_podmans_file_below_config,
    "`~/.config/containers/auth.json`, for a part of a registry": in_podmans_file_for_a_part,
}
"""Each row of the documentation's table (docs/targets.md), by what tries it."""


def test_the_documentation_has_each_place_that_is_tried_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs/targets.md").read_text()
    table = text.partition("| a login stands in |")[2].partition("\n\n")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert rows == list(IN_THE_DOCUMENTATION)
    assert {place for _, place in WAYS} == set(IN_THE_DOCUMENTATION.values())


@pytest.fixture
def registry() -> Iterator[Registry]:
    with serving() as registry:
        registry.tag("team/app", "1", registry.layout.image([ONE], this_platform()))
        yield registry


@pytest.fixture
def home(registry: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    return Home(tmp_path, monkeypatch, registry.address)


@pytest.mark.parametrize(
    ("way", "place"), WAYS, ids=lambda each: each if isinstance(each, str) else each.__name__
)
def test_every_way_in(registry: Registry, home: Home, way: Way, place: Callable[[Home], None]) -> None:
    registry.way = way
    place(home)
    assert read(f"{registry.address}/team/app:1").totals.files == 1
    assert registry.asked[0].shown is None, "nothing is shown before it is asked for"
    api = [asked for asked in registry.asked if asked.path.startswith("/v2/")]
    if way == "basic":
        assert {asked.shown for asked in api[1:]} == {basic(USER, PASSWORD)}
    else:
        (token,) = [asked for asked in registry.asked if asked.path.startswith("/token")]
        identity = "identity" in place.__name__
        assert (token.method, token.shown) == (("POST", None) if identity else ("GET", basic(USER, PASSWORD)))
        assert (IDENTITY in token.body) is identity
        assert "repository%3Ateam%2Fapp%3Apull" in (token.body or token.path)
        assert {asked.shown for asked in api[1:]} == {f"Bearer {registry.tokens[0]}"}


def test_what_is_public_needs_no_login(registry: Registry) -> None:
    registry.way, registry.public = "bearer", True
    assert read(f"{registry.address}/team/app:1").totals.files == 1
    assert [asked.shown for asked in registry.asked if asked.path.startswith("/token")] == [None]


def test_an_open_registry_is_shown_nothing(registry: Registry, home: Home) -> None:
    in_docker_config(home)
    assert read(f"{registry.address}/team/app:1").totals.files == 1
    assert {asked.shown for asked in registry.asked} == {None}


def test_a_token_that_ends_is_replaced(registry: Registry, home: Home) -> None:
    in_docker_config(home)
    registry.way = "bearer"

    def forget(handler: object) -> None:
        registry.tokens[:] = [f"gone-{len(registry.tokens)}"]
        handler.send(401, WWW_Authenticate=f'Bearer realm="{registry.url}/token"')  # type: ignore[attr-defined]

    registry.odd("/blobs/", forget, times=1)
    assert read(f"{registry.address}/team/app:1").totals.files == 1
    assert len([asked for asked in registry.asked if asked.path.startswith("/token")]) == 2


def test_more_than_to_pull_is_never_asked_for(registry: Registry, home: Home) -> None:
    in_docker_config(home)
    registry.way = "bearer"
    greedy = f'Bearer realm="{registry.url}/token",service="a,b",scope="repository:team/app:pull,push"'
    registry.odd("/manifests/", lambda handler: handler.send(401, WWW_Authenticate=greedy), times=1)
    read(f"{registry.address}/team/app:1")
    (token,) = [asked for asked in registry.asked if asked.path.startswith("/token")]
    assert "push" not in token.path
    assert "service=a%2Cb" in token.path


@pytest.mark.parametrize("way", ["basic", "bearer"])
def test_a_wrong_password_is_told_with_where_it_stands(registry: Registry, home: Home, way: Way) -> None:
    registry.way = way
    secret = base64.b64encode(b"somebody:wrong-password").decode()
    file = home.write("home/.docker/config.json", {"auths": {home.host: {"auth": secret}}})
    with pytest.raises(ImageError, match="does not let the login in") as error:
        read(f"{registry.address}/team/app:1")
    assert str(file) in error.value.what
    assert f"`docker login {registry.address}`" in error.value.do
    assert not any(word in str(error.value) for word in ("wrong-password", secret))
    assert len(registry.fetched()) <= 2, "a refused login is not tried again"


@pytest.mark.parametrize("way", ["basic", "bearer"])
def test_without_a_login_it_is_told_how_to_get_one(registry: Registry, way: Way) -> None:
    registry.way = way
    with pytest.raises(ImageError, match="or shows it to others only") as error:
        read(f"{registry.address}/team/app:1")
    assert f"`docker login {registry.address}`" in error.value.do


@pytest.mark.parametrize(
    ("config", "says"),
    [
        ({"credsStore": "nowhere-to-be-found"}, "The credential helper that"),
        ({"auths": {"HOST": {"auth": "no base64 of a login"}}}, "cannot be read as a list of logins"),
        ({"auths": {"HOST": "text"}}, "cannot be read as a list of logins"),
        ([], "cannot be read as a list of logins"),
    ],
)
def test_a_place_that_cannot_be_asked_is_told_where_a_login_is_wanted(
    registry: Registry, home: Home, config: object, says: str
) -> None:
    registry.way = "basic"
    home.write("home/.docker/config.json", json.loads(json.dumps(config).replace("HOST", home.host)))
    with pytest.raises(ImageError, match="or shows it to others only") as error:
        read(f"{registry.address}/team/app:1")
    assert says in error.value.do
    in_podmans_file_below_config(home)
    assert read(f"{registry.address}/team/app:1").totals.files == 1, "the next place is asked all the same"


def test_a_private_authority_is_trusted_where_it_is_named(home: Home, tmp_path: Path) -> None:
    own, key = certificate(tmp_path)
    with serving((own, key)) as registry:
        name = registry.tag("app", "1", registry.layout.image([ONE], this_platform()))
        with pytest.raises(ImageError, match="is not trusted: self-signed certificate"):
            read(name)
        assert registry.asked == []
        assert read(name, insecure=(registry.address,)).totals.files == 1
        folder = tmp_path / "home" / ".docker" / "certs.d" / registry.address
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(own.read_bytes())
        assert read(name).totals.files == 1


def test_an_authority_that_the_docker_client_takes_is_taken(tmp_path: Path) -> None:
    own, made, key = authority(tmp_path)  # of which Python asks more from 3.13 on
    with serving((made, key)) as registry:
        name = registry.tag("app", "1", registry.layout.image([ONE], this_platform()))
        folder = tmp_path / "home" / ".docker" / "certs.d" / registry.address
        folder.mkdir(parents=True)
        (folder / "ca.crt").write_bytes(own.read_bytes())
        assert read(name).totals.files == 1


def test_a_certificate_is_shown_where_one_is_kept_for_the_registry(tmp_path: Path) -> None:
    own, key = certificate(tmp_path)
    with serving((own, key)) as registry:
        import ssl

        context = registry.server.socket.context  # type: ignore[attr-defined]
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(own)
        name = registry.tag("app", "1", registry.layout.image([ONE], this_platform()))
        folder = tmp_path / "home" / ".docker" / "certs.d" / registry.address
        folder.mkdir(parents=True)
        for file, source in (("ca.crt", own), ("me.cert", own), ("me.key", key)):
            (folder / file).write_bytes(source.read_bytes())
        assert read(name).totals.files == 1


def test_a_proxy_is_asked_for_other_hosts_and_is_shown_its_own_login(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://me:proxy-pass@{registry.address}")
    name = f"registry.example:80/{'team/app'}:1"
    report = read(name, insecure=("registry.example:80",))
    assert report.totals.files == 1
    assert {asked.path.split("/v2/")[0] for asked in registry.asked} == {"http://registry.example:80"}
    assert {asked.headers["Proxy-Authorization"] for asked in registry.asked} == {basic("me", "proxy-pass")}
    assert {asked.shown for asked in registry.asked} == {None}
