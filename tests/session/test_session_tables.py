"""Every entry of every table of ``uvdive/session``, written out: one that comes or goes is seen here."""

from __future__ import annotations

from tables import differences, tables_of, written

TABLES = written(
    r"""
disk.exporting.SUFFIXES: json = .json markdown = .md html = .html saved = .uvdive
doctor.engines._KINDS: ( docker <docker_endpoint> ( DOCKER_HOST DOCKER_CONTEXT ) )
    ( podman <podman_endpoint> ( CONTAINER_HOST CONTAINER_CONNECTION ) )
doctor.looking._TOOLS: ( docker ( docker --version ) ) ( buildx ( docker buildx version ) )
    ( podman ( podman --version ) ) ( ssh ( ssh -V ) )
explaining._SHELVES: … = finding … = observation … = rule … = choice
opening.finished._BESIDE: uv.lock pyproject.toml
opening.finished._FLOORS: base distro image dockerfile compose uv ledger session
opening.picking._ARCHIVES: .tar .tar.gz .tgz .tar.zst
planning.kept_facts._FLOORS: base distro image dockerfile compose uv ledger rewrite session
planning.rewriting._UTF_16: ÿþ þÿ
proof.built_before._ELSEWHERE: [internal]␣booting importing␣to␣
proof.freshness._TELLING: from parents exclude chmod
proof.settings._UNITS: '' = 0 k = 10 m = 20 g = 30 t = 40
sources._ASKS: uvdive.image.registry.opening urllib3
sources._READS: uvdive.session.desk uvdive.session.opening.reading uvdive.image.store
    uvdive.session.opening.finished uvdive.image.archives.boxes uvdive.ledger.assemble
    uvdive.image.stack.stack uvdive.image.stack.comparing uvdive.image.stack.kept
    uvdive.ledger.environments.reasons uvdive.session.opening.matching csv tomllib
sources._STORED: uvdive.image.engine.engine uvdive.image.layers.stored
"""
)


def test_no_entry_comes_or_goes_unseen() -> None:
    assert TABLES
    assert differences(tables_of("session"), TABLES) == []
