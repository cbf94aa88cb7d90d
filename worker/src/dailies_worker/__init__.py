"""Makes videos for a Dailies site: takes jobs by pull, or serves RunPod's handler protocol."""

VERSION = "0.1.0"
