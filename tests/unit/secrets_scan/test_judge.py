"""What is a secret and what is none: names, values, forms.

Secrets were drawn for this file, and are put together so that no form of one stands in it.
"""

import pytest

from flowc.secrets_scan.judge import (
    asks_for_password,
    asks_for_secret,
    looks_like_password,
    looks_like_token,
    looks_random,
    looks_written_by_hand,
)
from flowc.secrets_scan.literals import named_literals, unquoted_literals
from flowc.secrets_scan.redact import cover
from flowc.secrets_scan.shapes import shapes_in

MIXED = "q8Zr1TfN0sVb7LkY3wQe9XaBc2DhJ4mG5pR6uW"
HEX = "3f9a0c7be15d4826f07b9c3d5e8a1642"
KEY_LINE = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASC" * 2
JWT = f"eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJmbG93cyJ9.{MIXED}"

SECRETS = [
    ("an AWS access key id", "AKIA" + "Q3EGTZ5JW2LMV7XB"),
    ("an AWS access key id", 'os.environ["K"] = "ASIA' + 'Q3EGTZ5JW2LMV7XB"'),
    ("a GitHub token", "ghp_" + MIXED[:36]),
    ("a GitHub token", "token: github_pat_" + (MIXED * 2)[:70]),
    ("a GitLab token", "glpat-" + MIXED[:20]),
    ("a Slack token", "xoxb-" + "123456789012-123456789012-" + MIXED[:24]),
    ("a Slack webhook", "https://hooks.slack" + f".com/services/T0123ABCD/B0123ABCD/{MIXED[:24]}"),
    ("a Google API key", "AIza" + MIXED[:35]),
    ("an Anthropic key", "sk-ant-" + f"api03-{MIXED}"),
    ("an OpenAI key", "sk-" + MIXED[:20] + "T3Blbk" + "FJ" + MIXED[:20]),
    ("a Stripe key", "sk_live_" + MIXED[:24]),
    ("a Databricks token", "dapi" + HEX),
    ("a Vault token", "hvs." + MIXED[:24]),
    ("an Azure storage key", "AccountName=x;AccountKey=" + (MIXED * 3)[:86] + "==;"),
    ("a JSON web token", f"Bearer {JWT}"),
    ("a private key", "-----BEGIN RSA PRIVATE " + f"KEY-----\n{KEY_LINE}\n-----END RSA PRIVATE KEY-----"),
    ("a private key", '"private_key": "-----BEGIN PRIVATE ' + f'KEY-----\\n{KEY_LINE}\\n-----END PRIVATE KEY-----\\n"'),
    ("a connection string with a password", "Server=db.internal;Database=x;User Id=app;Password=" + "kW3-pq9;"),
    ("a URL with a password", "postgresql://app:kW3-pq9" + "@db.internal:5432/prod"),
    ("a URL with a password", "redis://:kW3-pq9" + "@cache.internal"),
    ("a URL with a password", "https://bot:" + HEX + "@git.internal/repo.git"),
]
NO_SECRETS = [
    "AKIAIOSFODNN7EXAMPLE",
    "sha256:" + HEX * 2,
    "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/flows@sha256:" + HEX * 2,
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:reports/db-Ab12Cd",
    "550e8400-e29b-41d4-a716-446655440000",
    "eyJhbHBoYSI6IDAuMSwgIm5hbWUiOiAiYSBwYXJhbWV0ZXIifQ==",
    "postgresql://user:password@db.internal/x",
    "postgresql://app:${DB_PASSWORD}@db.internal/x",
    "postgresql://app:{password}@db.internal/x",
    "postgresql://postgres:k7Qm-vT2x@localhost:5432/x",
    "postgresql://scott:k7Qm-vT2x@host/x",
    "http://proxy.internal:8080/path@2",
    "s3://bucket/prefix@v1",
    'if "-----BEGIN PRIVATE KEY-----" in text:',
    "sk_test_" + MIXED[:24],
    "xoxb-your-token-goes-in-here",
    "https://hooks.slack.com/services/your/web/hook",
    "Server=db.internal;Password=changeme;",
]


@pytest.mark.parametrize(("kind", "text"), SECRETS)
def test_forms_of_secrets(kind: str, text: str) -> None:
    assert [found.kind for found in shapes_in(text)] == [kind]
    assert [found.kind for found in shapes_in(f"x = '{text}'  # in code\n")] == [kind]


@pytest.mark.parametrize("text", NO_SECRETS)
def test_what_only_resembles_one(text: str) -> None:
    assert list(shapes_in(text)) == []


@pytest.mark.parametrize("name", ["password", "DB_PASSWORD", "adminPwd", "db.password", "PASSWORD_1", "ssh-passphrase"])
def test_names_for_passwords(name: str) -> None:
    assert asks_for_password(name)


@pytest.mark.parametrize(
    "name", ["API_KEY", "apiKey", "slack_token", "SECRET", "client_secret", "aws_secret_access_key", "signing-key", "TOKEN_2"]
)
def test_names_for_secrets(name: str) -> None:
    assert asks_for_secret(name)


@pytest.mark.parametrize(
    "name",
    ["password_field", "max_tokens", "tokenizer", "token_count", "partition_key", "key", "secret_name", "SECRET_ARN", "monkey", "passenger",
     "keyboard", "secrets", "token_type", "compass", "api_key_env", "password_env"],
)  # fmt: skip
def test_names_that_speak_about_one(name: str) -> None:
    assert not asks_for_password(name)
    assert not asks_for_secret(name)


@pytest.mark.parametrize("value", ["hunter2", "Tr0ub4dor-3", "correcthorse", "p@ss", MIXED, HEX])
def test_passwords(value: str) -> None:
    assert looks_like_password(value)


@pytest.mark.parametrize(
    "value",
    ["", "pw", "changeme", "<password>", "${PW}", "{{ pw }}", "********", "your-password", "type your password here", "example123",
     "arn:aws:secretsmanager:x", "projects/1/secrets/x", "op://vault/item", "/run/secrets/db", "https://vault/x", "password", "None"],
)  # fmt: skip
def test_no_passwords(value: str) -> None:
    assert not looks_like_password(value)
    assert not looks_written_by_hand(value)
    assert not looks_like_token(value)


@pytest.mark.parametrize("value", [MIXED, HEX, MIXED[:20], "tok_9fK2mQx81LpZ7vRb", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYzEXAMPKEY1"])
def test_tokens(value: str) -> None:
    assert looks_like_token(value)


@pytest.mark.parametrize(
    "value",
    ["prod/reports/db-2024", "my_model_v2_final_run", "V1ServiceAccountTokenProjection", "models/v1/run-2024-01-01", "abcdefghijklmnop",
     "aaaaaaaaaaaaaaaaaaaaaaaa1", "550e8400-e29b-41d4-a716-446655440000", "sha256:" + HEX, "short1",
     "oauth2.access_token", "0000000000000000000000000"],
)  # fmt: skip
def test_no_tokens(value: str) -> None:
    assert not looks_like_token(value)


def test_random_by_itself() -> None:
    assert looks_random(MIXED[:24])
    for value in (
        HEX * 2,
        "ThisIsALongCamelCaseIdentifier123",
        "eyJhbHBoYSI6IDAuMSwgIm5hbWUiOiAieCJ9",
        "TheBloke/Llama-2-13B-chat-AWQ",
        "2024-01-01T00:00:00Z",
    ):
        assert not looks_random(value)


def test_named_literals_of_code_and_data() -> None:
    text = (
        'a_token: str = "one-1"\nos.environ["MY_SECRET"] = \'two-2\'\nf(password="three-3")\n{"api_key": "four-4"}\nif token == "five-5":\n'
    )
    assert [(one.name, one.value) for one in named_literals(text)] == [
        ("a_token", "one-1"),
        ("MY_SECRET", "two-2"),
        ("password", "three-3"),
        ("api_key", "four-4"),
    ]
    assert [(one.name, one.value) for one in unquoted_literals("db:\n  password: six-6\n  port: 5432\n")] == [
        ("password", "six-6"),
        ("port", "5432"),
    ]


def test_covered_text_keeps_its_length_and_lines() -> None:
    assert cover("hunter2") == "*******"
    assert cover(f"ghp_{MIXED[:20]}\nab") == f"ghp_{'*' * 20}\n**"


HOSTILE = {
    "urls": "a://" * 250_000,
    "one long user": "http://" + "a" * 500_000,
    "passwords without an end": ("http://x:" + "b" * 190) * 5_000,
    "a key without an end": "-----BEGIN PRIVATE KEY-----" + "\\n " * 300_000,
    "kinds of keys": "-----BEGIN " + "A " * 300_000 + "PRIVATE KEY",
    "servers": "server=x;" * 100_000 + "Password=",
    "hosts": "host=a" * 100_000 + "pwd=",
    "tokens": "xoxb-" * 100_000,
    "dots": "eyJaaaaaaaa." * 50_000,
    "names": "secret = " * 100_000,
    "a long name": "a" * 500_000 + 'secret="x"',
    "blanks": "key" + " " * 500_000 + '="x"',
    "types": "key : " + "str | " * 100_000,
    "a text without an end": 'key="' + "x" * 500_000,
    "indents": "- " * 300_000 + "key: value",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_takes_no_longer_than_it_is_long(name: str) -> None:
    """A pattern that looks at the rest of the text from every place takes hours on one of these."""
    text = HOSTILE[name]
    assert sum(1 for _ in shapes_in(text)) == 0
    assert sum(looks_like_token(one.value) for one in (*named_literals(text), *unquoted_literals(text))) == 0
