// How `tend` takes its memory.

// A global that can be changed, as jemalloc wants it, and read by it at its start: in pages of 4
// KiB a trial would spend a fifteenth of its time on finding them
// (docs/decisions/2026-11-25-jemalloc.md).
extern "C" const char* malloc_conf;
const char* malloc_conf = "thp:always";
