"""The peers that play storages are what they claim to be: their vendors' own clients work with them."""

from __future__ import annotations

import io
import json
import os
import pathlib
import sys
import urllib.error
import urllib.request

import cloudinary
import cloudinary.api
import cloudinary.uploader
import cloudinary.utils
import pytest
import storage3

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "Peers"))

import presigned
from cloudinary_api import CLOUD, KEY, SECRET, Cloudinary
from supabase_storage import SERVICE_KEY, SupabaseStorage


def test_the_table_of_signatures_is_amazons() -> None:
    """CLIP-08: what AWSSignerTests compares with is what Amazon's library of today signs."""
    assert json.loads(presigned.TABLE.read_text()) == presigned.rows()


def test_supabase_storage_answers_its_own_client() -> None:
    """CLIP-08"""
    double = SupabaseStorage()
    try:
        client = storage3.create_client(
            double.url + "/storage/v1/", {"Authorization": "Bearer " + SERVICE_KEY, "apikey": SERVICE_KEY}, is_async=False
        )
        bucket = client.from_("media")
        signed = bucket.create_signed_upload_url("incoming/a/1")
        bucket.upload_to_signed_url("incoming/a/1", signed["token"], b"part one")
        bucket.upload("clips/a/b.mp4", b"0123456789", {"content-type": "video/mp4"})
        assert bucket.download("clips/a/b.mp4") == b"0123456789"
        assert [entry["name"] for entry in bucket.list("clips")] == ["a"]
        assert [entry["name"] for entry in bucket.list("clips/a")] == ["b.mp4"]
        url = bucket.create_signed_url("clips/a/b.mp4", 60)["signedURL"]
        assert urllib.request.urlopen(url).read() == b"0123456789"
        with pytest.raises(Exception, match=r"exists|Duplicate"):
            bucket.upload("clips/a/b.mp4", b"other")
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(url.replace("b.mp4", "c.mp4"))
        assert refused.value.code == 400, "as the real one does"
    finally:
        double.stop()


def test_cloudinary_answers_its_own_client() -> None:
    """CLIP-08"""
    double = Cloudinary()
    try:
        account = {"cloud_name": CLOUD, "api_key": KEY, "api_secret": SECRET, "upload_prefix": double.url}
        cloudinary.config(**account)
        options = {"resource_type": "raw", "type": "authenticated"}
        name = "clips/a/b.mp4"
        assert cloudinary.uploader.upload(b"0123456789", public_id=name, **options)["bytes"] == 10
        large = os.urandom(6_000_000)
        path = "films/a/c.mp4"
        cloudinary.uploader.upload_large(io.BytesIO(large), public_id=path, chunk_size=5_242_880, filename="c", **options)
        assert double.objects[path][0] == large
        listed = cloudinary.api.resources(prefix="clips/", max_results=10, **options)["resources"]
        assert [(entry["public_id"], entry["bytes"]) for entry in listed] == [(name, 10)]
        url = cloudinary.utils.private_download_url(name, None, **options)
        assert urllib.request.urlopen(url).read() == b"0123456789"
        for long in (False, True):
            url, _ = cloudinary.utils.cloudinary_url(name, sign_url=True, long_url_signature=long, **options)
            address = double.url + "/delivery" + url.partition("cloudinary.com")[2]
            assert urllib.request.urlopen(address).read() == b"0123456789"
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(double.url + f"/delivery/{CLOUD}/raw/authenticated/v1/{name}")
        assert cloudinary.uploader.destroy(name, **options)["result"] == "ok"
        assert cloudinary.uploader.destroy(name, **options)["result"] == "not found"
        cloudinary.config(api_secret="wrong")
        with pytest.raises(Exception, match="Invalid Signature"):
            cloudinary.uploader.upload(b"0", public_id=name, **options)
    finally:
        double.stop()
