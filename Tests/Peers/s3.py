"""A real S3 server that checks signatures: SeaweedFS, whose program a package brings."""

from __future__ import annotations

import json
import pathlib
import signal
import subprocess
import sys
import time

import botocore.config
import botocore.session

sys.path.insert(0, str(pathlib.Path(__file__).parent))

from limits import DEADLINE
from ports import free_port

PROGRAM = pathlib.Path(sys.executable).parent / "weed"
KEY, SECRET = "AKIDAILIESTEST000000", "the-secret-of-the-tests/+000000000000000"


class S3Server:
    """`inside` comes before a command that runs where `address` is one of the machine's: in a network namespace."""

    def __init__(
        self, directory: pathlib.Path, *buckets: str, address: str = "127.0.0.1", inside: tuple[str, ...] | list[str] = ()
    ) -> None:
        self.directory = directory
        self.address, self.inside = address, inside
        self.buckets = buckets
        self.port = free_port()
        self.url = f"http://{address}:{self.port}"
        self.process: subprocess.Popen | None = None

    def launch(self) -> S3Server:
        """Starts it; `await_ready` waits until it can be used."""
        self.directory.mkdir(parents=True, exist_ok=True)
        config = self.directory / "s3.json"
        identity = {
            "name": "test", "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
            "actions": ["Admin", "Read", "List", "Tagging", "Write"],
        }  # fmt: skip
        config.write_text(json.dumps({"identities": [identity]}))
        ports = {name: free_port() for name in ("master", "volume", "filer")}
        rpc = {name: free_port() for name in ("master", "volume", "filer", "s3")}
        words = [f"-{name}.port={port}" for name, port in ports.items()] + [
            f"-{name}.port.grpc={port}" for name, port in rpc.items()
        ]
        log = (self.directory / "log").open("w")
        self.process = subprocess.Popen(
            [
                *self.inside, PROGRAM,
                "-alsologtostderr=false", "-logtostderr=true", "server", f"-dir={self.directory}", f"-ip={self.address}",
                f"-ip.bind={self.address}", "-filer", "-s3", f"-s3.port={self.port}", f"-s3.config={config}", "-s3.iam=false",
                "-s3.port.iceberg=0", "-s3.port.lance=0", "-master.telemetry=false", "-master.volumeSizeLimitMB=64",
                "-volume.max=20", "-master.volumePreallocate=false", f"-s3.localSocket={self.directory}/s3.sock",
                f"-filer.localSocket={self.directory}/filer.sock", *words,
            ],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.directory,
        )  # fmt: skip
        return self

    def await_ready(self) -> None:
        deadline = time.monotonic() + DEADLINE
        while True:
            try:
                for bucket in self.buckets:
                    self.client.create_bucket(Bucket=bucket)
                    self.client.put_object(Bucket=bucket, Key="ready", Body=b"ready")
                    self.client.delete_object(Bucket=bucket, Key="ready")
                return
            except Exception as error:
                if "BucketAlready" in str(error):
                    continue
                assert self.process.poll() is None, (self.directory / "log").read_text()[-2000:]
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def stop(self) -> None:
        if self.process:
            self.process.send_signal(signal.SIGKILL)
            self.process.wait()

    @property
    def client(self):
        """Amazon's own client."""
        return botocore.session.get_session().create_client(
            "s3", endpoint_url=self.url, region_name="us-east-1", aws_access_key_id=KEY, aws_secret_access_key=SECRET,
            config=botocore.config.Config(retries={"max_attempts": 0}, s3={"addressing_style": "path"}, read_timeout=DEADLINE),
        )  # fmt: skip

    def clear(self, bucket: str) -> None:
        for name in self.objects(bucket):
            self.client.delete_object(Bucket=bucket, Key=name)

    def objects(self, bucket: str, prefix: str = "") -> dict[str, bytes]:
        """Every object with its bytes."""
        client = self.client
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
        names = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {name: client.get_object(Bucket=bucket, Key=name)["Body"].read() for name in names}


if __name__ == "__main__":
    # For a server in another network namespace: makes its bucket from there.
    there = S3Server(pathlib.Path())
    there.url, bucket = sys.argv[1:]
    for _ in range(150):
        try:
            there.client.create_bucket(Bucket=bucket)
            sys.exit(0)
        except Exception as error:
            if "BucketAlready" in str(error):
                sys.exit(0)
            time.sleep(0.2)
    sys.exit("the bucket cannot be made")
