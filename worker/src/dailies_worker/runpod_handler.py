"""RunPod's handler protocol: the same makers behind RunPod's SDK. Files go to a bucket (BUCKET_ENDPOINT_URL,
BUCKET_ACCESS_KEY_ID, BUCKET_SECRET_ACCESS_KEY, BUCKET_NAME), and the answer names a signed address."""

import logging
import os
import sys
import tempfile
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .encode import encode
from .faults import JobFault
from .maker import Maker
from .request import read
from .work import produce

log = logging.getLogger("dailies-worker")

Progress = Callable[[dict[str, Any], dict[str, int]], None]
Upload = Callable[[Path, str], str]


def handler(maker: Maker, spool: Path, upload: Upload, progress: Progress) -> Callable[[dict[str, Any]], dict[str, Any]]:
    """What RunPod's SDK calls with each job. A failure is `error`, so that RunPod calls the job failed, and not `result`."""

    def handle(job: dict[str, Any]) -> dict[str, Any]:
        given = dict(job.get("input") or {})
        model = given.pop("model", None) or maker.models[0]
        try:
            if model not in maker.models:
                raise JobFault("unknown_model", f"This worker does not run {model!r}.", retryable=False)
            request = read(model, given)
            frames = produce(maker, request, lambda step, steps: progress(job, {"step": step, "steps": steps}))
            with tempfile.TemporaryDirectory(dir=spool) as directory:
                video = encode(frames, Path(directory) / "video.mp4")
                url = upload(video.path, f"{job.get('id') or uuid.uuid4()}.mp4")
        except JobFault as fault:
            log.warning("%s: %s", fault.code, fault.message)
            return {"error": fault.message, "code": fault.code, "retryable": fault.retryable}
        return {"result": url, "status": "DONE", "width": video.width, "height": video.height, "frames": video.frames}

    return handle


def to_bucket(path: Path, name: str) -> str:
    """Stores a file and answers an address that is good for a day."""
    import boto3
    from botocore.config import Config
    from botocore.exceptions import BotoCoreError, ClientError

    bucket = os.environ["BUCKET_NAME"]
    try:
        client = boto3.client(
            "s3", endpoint_url=os.environ["BUCKET_ENDPOINT_URL"], aws_access_key_id=os.environ["BUCKET_ACCESS_KEY_ID"],
            aws_secret_access_key=os.environ["BUCKET_SECRET_ACCESS_KEY"],
            region_name=os.environ.get("BUCKET_REGION", "us-east-1"),
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 5}))  # fmt: skip
        client.upload_file(str(path), bucket, name, ExtraArgs={"ContentType": "video/mp4"})
        return str(client.generate_presigned_url("get_object", {"Bucket": bucket, "Key": name}, ExpiresIn=86_400))
    except (BotoCoreError, ClientError) as error:
        raise JobFault(
            "upload_lost", f"The video could not be stored ({type(error).__name__}).", retryable=True) from error  # fmt: skip


def serve(maker: Maker, spool: Path, arguments: list[str], upload: Upload = to_bucket) -> None:
    """Hands the process to RunPod's SDK. `--rp_serve_api` serves a local stand-in of RunPod."""
    import runpod
    from runpod.serverless import progress_update

    spool.mkdir(parents=True, exist_ok=True)
    # The SDK reads the command line by itself.
    sys.argv = arguments
    runpod.serverless.start({"handler": handler(maker, spool, upload, progress_update)})
