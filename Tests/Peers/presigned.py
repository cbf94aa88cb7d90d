"""What Amazon's own library signs: the table that Tests/MediaTests/AWSSignerTests.swift compares ours with.

`python Tests/Peers/presigned.py` writes the table again; Process/test_storage.py compares it with the library.
"""

from __future__ import annotations

import datetime
import json
import pathlib
from unittest import mock

import botocore.auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

TABLE = pathlib.Path(__file__).with_suffix(".json")

MOMENT = datetime.datetime(2026, 1, 2, 3, 4, 5, tzinfo=datetime.UTC)

KEYS = [
    "clips/4f2c/0123456789abcdef.mp4", "x/é +~.bin", "a b/c  d", "plus+and&amp;", "per%cent/%2F", "q?uestion#hash", "./../dots/.",
    "a//b", "tail/", "emoji-🎬.mp4", "quote'\"`", "semi;colon,comma:=@", "[brackets]{braces}|", "star*(paren)!$", "back\\slash",
    "tab\there", "-_.~", "日本語/映画", "very/" + "long/" * 40 + "name",
]  # fmt: skip

ORIGINS = [
    ("https://film-clips.s3.eu-central-1.amazonaws.com", "", "eu-central-1"), ("http://127.0.0.1:9000", "/bucket", "us-east-1"),
    ("https://abc.r2.cloudflarestorage.com:443", "/my.bucket", "auto"),
]  # fmt: skip

HEADERS = [
    {},
    {"content-length": "4194304", "content-type": "video/mp4"},
    {"Content-Type": "  video/webm;  a=1 ", "X-Amz-Meta-B": "2"},
]


def path_of(key: str) -> str:
    return "/" + "/".join(botocore.auth.quote(part, safe="-._~") for part in key.split("/"))


def rows() -> list[dict]:
    made = []
    for number, key in enumerate(KEYS):
        origin, base, region = ORIGINS[number % len(ORIGINS)]
        method = ["GET", "PUT", "DELETE", "HEAD"][number % 4]
        headers = HEADERS[number % len(HEADERS)]
        token = "token/with+odd=characters" if number % 5 == 4 else None
        query = {"response-content-type": "video/mp4", "versionId": "a b&c=d/é"} if number % 3 == 2 else {}
        credentials = Credentials("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", token)
        url = origin + base + path_of(key)

        def request(url: str = url, method: str = method, headers: dict = headers, query: dict = query) -> AWSRequest:
            pairs = "&".join(
                f"{botocore.auth.quote(k, safe='-._~')}={botocore.auth.quote(v, safe='-._~')}" for k, v in query.items()
            )
            return AWSRequest(method=method, url=url + ("?" + pairs if pairs else ""), headers=dict(headers))

        with mock.patch("botocore.auth.get_current_datetime", return_value=MOMENT.replace(tzinfo=None)):
            presigned = request()
            botocore.auth.S3SigV4QueryAuth(credentials, "s3", region, expires=600 + number).add_auth(presigned)
            signed = request()
            signed.headers["X-Amz-Content-SHA256"] = "ab" * 32
            auth = botocore.auth.S3SigV4Auth(credentials, "s3", region)
            with mock.patch.object(auth, "payload", return_value="ab" * 32):
                auth.add_auth(signed)
        made.append(
            {
                "method": method, "origin": origin, "path": base + "/" + key, "region": region, "headers": headers,
                "query": query, "token": token, "lifetime": 600 + number, "presigned": presigned.url,
                "authorization": signed.headers["Authorization"],
            }
        )  # fmt: skip
    return made


if __name__ == "__main__":
    TABLE.write_text(json.dumps(rows(), ensure_ascii=False, indent=1) + "\n")
