"""Tokens and keys that show by themselves what they are: the one table of them."""

from __future__ import annotations

import re

WORDS = re.compile(
    r"\b(?:"
    r"(?:AKIA|ASIA)[0-9A-Z]{16}"  # AWS access key ids
    r"|gh[opsur]_[A-Za-z0-9]{30,}|github_pat_[A-Za-z0-9_]{40,}"  # GitHub
    r"|gl(?:pat|ptt|dt|rt|cbt|ft|soat|agent)-[A-Za-z0-9_-]{20,}"  # GitLab
    r"|xox[abeoprs]-[A-Za-z0-9-]{10,}|xapp-\d-[A-Za-z0-9-]{10,}"  # Slack
    r"|sk-[A-Za-z0-9_-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|whsec_[A-Za-z0-9]{20,}"  # OpenAI, Stripe
    r"|AIza[0-9A-Za-z_-]{35}|ya29\.[0-9A-Za-z_-]{20,}|GOCSPX-[0-9A-Za-z_-]{20,}"  # Google
    r"|SG\.[A-Za-z0-9_-]{16,64}\.[A-Za-z0-9_-]{16,64}|key-[0-9a-f]{32}"  # SendGrid, Mailgun
    r"|shp(?:at|ss|ca|pa)_[A-Za-z0-9]{30,}|do[opr]_v1_[A-Za-z0-9]{40,}"  # Shopify, DigitalOcean
    r"|dckr_(?:pat|oat)_[A-Za-z0-9_-]{20,}|hv[sbr]\.[A-Za-z0-9_-]{20,}"  # Docker Hub, Vault
    r"|ATATT3[A-Za-z0-9_=-]{20,}|lin_api_[A-Za-z0-9]{30,}|sntry[su]_[A-Za-z0-9_+/=.-]{30,}"  # Atlassian …
    r"|AGE-SECRET-KEY-1[A-Z0-9]{40,}|PMAK-[A-Za-z0-9-]{40,}|dapi[0-9a-f]{32}"  # age, Postman, Databricks
    r"|hf_[A-Za-z0-9]{30,}|r8_[A-Za-z0-9]{30,}|gsk_[A-Za-z0-9]{40,}"  # Hugging Face, Replicate, Groq
    r"|pypi-[A-Za-z0-9_-]{50,}|npm_[A-Za-z0-9]{36}|rubygems_[0-9A-Za-z]{40,}"  # package registries
    r"|dp\.(?:pt|st|ct|sa|scim|audit)\.[A-Za-z0-9._-]{36,100}"  # Doppler
    r"|tskey-[a-z]{2,10}-[A-Za-z0-9-]{16,}"  # Tailscale
    r"|pscale_(?:tkn|pw|oauth)_[A-Za-z0-9=._-]{28,}|figd_[A-Za-z0-9_-]{30,}"  # PlanetScale, Figma
    r"|NRAK-[A-Z0-9]{24,}|NRII-[A-Za-z0-9-]{28,}|gl(?:sa|c)_[A-Za-z0-9_]{30,}"  # New Relic, Grafana
    r"|ntn_[A-Za-z0-9]{36,}|secret_[A-Za-z0-9]{40,}|nfp_[A-Za-z0-9]{30,}"  # Notion, Netlify
    r"|[A-Za-z0-9]{14}\.atlasv1\.[A-Za-z0-9_-]{50,}|xkeysib-[A-Za-z0-9-]{60,}"  # Terraform Cloud, Brevo
    r"|sq0(?:csp|atp|idp)-[A-Za-z0-9_-]{22,}|EAACEdEose0cBA[A-Za-z0-9]{10,}"  # Square, Facebook
    r"|eyJ[A-Za-z0-9_-]{8,2000}\.eyJ[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]+"  # JSON web tokens
    r")"
    # hashed, as crypt(5) writes it
    r"|(?<![\w$])\${1,2}(?:apr1|1|5|6|y|2[abxy]\${1,2}\d\d|argon2\w{1,3})\$[A-Za-z0-9./,=$+-]{20,200}"
    r"|-----BEGIN [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?"
    r"(?:-----END [A-Z ]{0,30}PRIVATE KEY(?: BLOCK)?-----|\Z)"
    r"|PuTTY-User-Key-File-\d[\s\S]*"
)
