/* The machine's wall clock with an offset in ms that stands in the file SETTABLE_CLOCK; all other clocks are as they are.
 * For LD_PRELOAD: `cc -shared -fPIC -o settable_clock.so settable_clock.c -ldl`. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long long offset_ms(void)
{
    static volatile long long *shared;
    if (!shared) {
        const char *name = getenv("SETTABLE_CLOCK");
        int file = name ? open(name, O_RDONLY | O_CLOEXEC) : -1;
        void *found = file < 0 ? MAP_FAILED : mmap(NULL, 8, PROT_READ, MAP_SHARED, file, 0);
        if (file >= 0)
            close(file);
        if (found == MAP_FAILED)
            return 0;
        shared = found;
    }
    return *shared;
}

int clock_gettime(clockid_t id, struct timespec *at)
{
    static int (*real)(clockid_t, struct timespec *);
    if (!real)
        real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int failed = real(id, at);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) {
        long long ns = at->tv_nsec + offset_ms() % 1000 * 1000000;
        long long over = ns < 0 ? -1 : ns / 1000000000;
        at->tv_nsec = ns - over * 1000000000;
        at->tv_sec += offset_ms() / 1000 + over;
    }
    return failed;
}

int gettimeofday(struct timeval *at, void *zone)
{
    struct timespec found;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &found))
        return -1;
    at->tv_sec = found.tv_sec;
    at->tv_usec = found.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *at)
{
    struct timespec found;
    clock_gettime(CLOCK_REALTIME, &found);
    if (at)
        *at = found.tv_sec;
    return found.tv_sec;
}
