/* A disk that takes its time, and says what is on it: loaded before libc (ld.so(8)).
 *
 * fsync and fdatasync take SLOW_DISK_MS longer. When one has ended, what the file held when it began survives a loss
 * of power: its size is appended to the file SLOW_DISK_LOG, with the file's path.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static int slowly(int file, const char *name) {
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    struct stat held;
    int known = fstat(file, &held) == 0;
    const char *ms = getenv("SLOW_DISK_MS"), *log = getenv("SLOW_DISK_LOG");
    long wait = ms ? atol(ms) : 0;
    struct timespec time = {wait / 1000, wait % 1000 * 1000000};
    nanosleep(&time, NULL);
    int result = real(file);
    if (result == 0 && known && log) {
        char link[64], path[4096];
        snprintf(link, sizeof link, "/proc/self/fd/%d", file);
        ssize_t size = readlink(link, path, sizeof path - 1);
        int out = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        if (size > 0 && out >= 0)
            dprintf(out, "%lld %.*s\n", (long long)held.st_size, (int)size, path);
        if (out >= 0)
            close(out);
    }
    return result;
}

int fsync(int file) { return slowly(file, "fsync"); }

int fdatasync(int file) { return slowly(file, "fdatasync"); }
