"""The makers with tiny random weights; nothing is downloaded."""

import base64
import io
import os

os.environ["HF_HUB_OFFLINE"] = "1"

import pytest
from dailies_worker import tiny
from dailies_worker.pipelines import DiffusersMaker


@pytest.fixture(scope="session")
def maker():
    return DiffusersMaker(["mochi", "ltx"], tiny.load, device="cpu")


@pytest.fixture(scope="session")
def picture():
    from PIL import Image

    file = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 20, 20)).save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()
