#pragma once
// The source location of a log line is Swift's, which the macros of sd-journal.h cannot know.
#define SD_JOURNAL_SUPPRESS_LOCATION
#include <sys/uio.h>
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
