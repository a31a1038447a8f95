"""Engines behind TLS, as the docker client trusts them."""

from __future__ import annotations

import ssl
from typing import Any


def adapter_of() -> Any:
    """An adapter of ``requests`` that takes what certificates are made by hand.

    Such authorities, those of Docker's own guide among them
    (https://docs.docker.com/engine/security/protect-access/), have no key usage, which Python
    wants from 3.13 on; the docker client takes them. Who vouches, and for which name, is checked.
    """
    from requests.adapters import HTTPAdapter
    from urllib3.util.ssl_ import create_urllib3_context

    class Lenient(HTTPAdapter):
        def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
            context = create_urllib3_context()
            context.verify_flags &= ~ssl.VERIFY_X509_STRICT
            super().init_poolmanager(*args, ssl_context=context, **kwargs)

    return Lenient()
