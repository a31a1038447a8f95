"""Files that usually hold secrets: the one table that the ledger, findings and the rewrite ask."""

from __future__ import annotations

import pytest

from uvdive.base.secret_files import ENDS, LAST, NAMES, STARTS, is_secret_file

SECRET = """
/app/.env /root/.netrc /root/_netrc /root/.pypirc /root/.git-credentials /root/.pgpass
/root/.vault-token /root/.ssh/id_rsa /root/.ssh/id_dsa /root/.ssh/id_ecdsa /root/.ssh/id_ed25519
/app/.env.production /app/.env.local /root/.aws/credentials /root/.kube/config
/root/.docker/config.json /root/.config/gcloud/legacy/x.json
"""
HARMLESS = """
/app/.env.example /app/.env.sample /app/.env.template /app/.env.dist /app/.env.defaults
/app/.env.prod.example /root/.ssh/id_rsa.pub /app/config /app/credentials /app/config.json
/app/.envrc /app/.venv/lib/python3.13/site-packages/x/.env /app/node_modules/x/.env
/usr/lib/python3/dist-packages/x/.netrc
"""


@pytest.mark.parametrize("path", SECRET.split())
def test_what_usually_holds_a_secret(path: str) -> None:
    assert is_secret_file(path)
    name = path.rpartition("/")[2]
    assert name in NAMES | LAST or name.startswith(STARTS) or name.endswith(ENDS), "the search would miss it"


@pytest.mark.parametrize("path", HARMLESS.split())
def test_what_does_not(path: str) -> None:
    assert not is_secret_file(path)
