"""Files that usually hold secrets: the one table that the ledger, findings and the rewrite ask."""

from __future__ import annotations

import pytest

from uvdive.base.secrets.files import ENDS, LAST, NAMES, STARTS, is_secret_file

SECRET = """
/app/.env /root/.netrc /root/_netrc /root/.pypirc /root/.git-credentials /root/.pgpass
/root/.vault-token /root/.ssh/id_rsa /root/.ssh/id_dsa /root/.ssh/id_ecdsa /root/.ssh/id_ed25519
/app/.env.production /app/.env.local /root/.aws/credentials /root/.kube/config
/root/.docker/config.json /root/.config/gcloud/legacy/x.json
/app/.npmrc /root/.npmrc /app/key.pem /app/certs/private.pem /app/server.pem /app/deploy.pem /app/tls.key
/etc/ssl/private/server.key /app/my-private-key.key /app/client.p12 /app/x.pfx /app/x.ppk /app/x.kdbx
/root/.cargo/credentials.toml /root/.config/gh/hosts.yml /root/.config/pypoetry/auth.toml
/app/.streamlit/secrets.toml /root/.local/share/uv/credentials/credentials.toml /root/.m2/settings.xml
/root/.cache/huggingface/token /app/kaggle.json /root/.my.cnf /app/.htpasswd
"""
HARMLESS = """
/app/.env.example /app/.env.sample /app/.env.template /app/.env.dist /app/.env.defaults
/app/.env.prod.example /root/.ssh/id_rsa.pub /app/config /app/credentials /app/config.json /app/.envrc
/app/.venv/lib/python3.13/site-packages/x/.env /app/node_modules/x/.env
/usr/lib/python3/dist-packages/x/.netrc /usr/lib/node_modules/npm/.npmrc /app/.npmrc.example /app/ca.pem
/app/cert.pem /app/fullchain.pem /app/cacert.pem /app/rds-combined-ca-bundle.pem /app/global-bundle.pem
/app/public.pem /app/AmazonRootCA1.pem /app/ca_key.pub /etc/ssl/certs/x.pem
/etc/ssl/certs/ssl-cert-snakeoil.pem /app/slides.key /app/public.key /app/locale.key
/etc/apt/keyrings/server.key /app/dhparam.pem /app/dh2048.pem /app/token /app/settings.xml /app/hosts.yml
/app/secrets.toml /app/package.json /app/tokenizer.json
"""


@pytest.mark.parametrize("path", SECRET.split())
def test_what_usually_holds_a_secret(path: str) -> None:
    assert is_secret_file(path)
    name = path.rpartition("/")[2]
    assert name in NAMES | LAST or name.startswith(STARTS) or name.endswith(ENDS), "the search would miss it"


@pytest.mark.parametrize("path", HARMLESS.split())
def test_what_does_not(path: str) -> None:
    assert not is_secret_file(path)
