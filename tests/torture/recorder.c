/* Record what a process does to the files under one folder, so that a power cut can be replayed at any point.
 *
 * Loaded with LD_PRELOAD. REC_ROOT is the folder, REC_LOG where the record goes. One record is a header (kind,
 * lengths of two paths and of the data, offset), the paths relative to the folder, and the data. Calls are made and
 * recorded under one lock, so the record is in the order things happened. A process that was forked begins anew with
 * rec_begin, whose last arguments make the n-th call of its own fail with an errno.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

struct header {
    uint8_t kind;
    uint8_t unused;
    uint16_t first, second;
    uint16_t unused_too;
    uint64_t offset;
    uint64_t length;
} __attribute__((packed));

static char root[PATH_MAX];
static size_t root_length;
static int log_fd = -1;
static long fail_at, fail_errno, calls;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* Begin to record; `at` is the number of the call that fails, 0 for none. */
void rec_begin(const char *folder, const char *path, long at, long error)
{
    if (!realpath(folder, root))
        return;
    root_length = strlen(root);
    log_fd = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    calls = 0;
    fail_at = at;
    fail_errno = error;
}

/* How many calls could have failed so far. */
long rec_calls(void) { return calls; }

__attribute__((constructor)) static void begin(void)
{
    const char *folder = getenv("REC_ROOT"), *path = getenv("REC_LOG");
    if (folder && path)
        rec_begin(folder, path, 0, 0);
}

/* The path below the folder, or NULL for a file that is none of ours. */
static const char *below(const char *path)
{
    if (log_fd < 0 || strncmp(path, root, root_length) != 0 || (path[root_length] != '/' && path[root_length] != 0))
        return NULL;
    size_t length = strlen(path);
    if (length > 4 && strcmp(path + length - 4, "-shm") == 0)
        return NULL;
    return path[root_length] ? path + root_length + 1 : path + root_length;
}

static const char *of_name(int folder, const char *name, char *space)
{
    if (log_fd < 0 || !name)
        return NULL;
    if (name[0] == '/')
        return below(name);
    char link[64];
    if (folder == AT_FDCWD) {
        if (!getcwd(space, PATH_MAX))
            return NULL;
    } else {
        snprintf(link, sizeof link, "/proc/self/fd/%d", folder);
        ssize_t length = readlink(link, space, PATH_MAX - 1);
        if (length < 0)
            return NULL;
        space[length] = 0;
    }
    strncat(space, "/", PATH_MAX - strlen(space) - 1);
    strncat(space, name, PATH_MAX - strlen(space) - 1);
    return below(space);
}

static const char *of_fd(int fd, char *space)
{
    char link[64];
    if (log_fd < 0 || fd == log_fd)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, space, PATH_MAX - 1);
    if (length <= 0 || space[0] != '/')
        return NULL;
    space[length] = 0;
    if (strstr(space, " (deleted)"))
        return NULL;
    return below(space);
}

static void record(char kind, const char *first, const char *second, uint64_t offset, const void *data, uint64_t length)
{
    struct header header = {kind, 0, strlen(first), second ? strlen(second) : 0, 0, offset, length};
    struct iovec parts[4] = {{&header, sizeof header}, {(void *)first, header.first}};
    int count = 2;
    if (second)
        parts[count++] = (struct iovec){(void *)second, header.second};
    if (length && data)
        parts[count++] = (struct iovec){(void *)data, length};
    syscall(SYS_writev, log_fd, parts, count);
}

/* Say whether this call is the one that has to fail; the error is set then. */
static int fails(const char *ours)
{
    if (!ours)
        return 0;
    if (++calls != fail_at)
        return 0;
    errno = fail_errno;
    return 1;
}

#define HELD(body)                       \
    do {                                 \
        pthread_mutex_lock(&lock);       \
        body;                            \
        int saved = errno;               \
        pthread_mutex_unlock(&lock);     \
        errno = saved;                   \
    } while (0)

static int opened(int folder, const char *name, int flags, mode_t mode)
{
    char space[PATH_MAX];
    struct stat before;
    const char *ours = (flags & (O_CREAT | O_TRUNC)) && !((flags & O_TMPFILE) == O_TMPFILE) ? of_name(folder, name, space) : NULL;
    if (!ours)
        return syscall(SYS_openat, folder, name, flags, mode);
    int fd;
    HELD({
        int was_there = fstatat(folder, name, &before, 0) == 0;
        fd = fails(ours) ? -1 : syscall(SYS_openat, folder, name, flags, mode);
        if (fd >= 0 && !was_there)
            record('c', ours, NULL, 0, NULL, 0);
        else if (fd >= 0 && (flags & O_TRUNC))
            record('t', ours, NULL, 0, NULL, 0);
    });
    return fd;
}

#define OPENED(folder)                       \
    mode_t mode = 0;                         \
    if (flags & (O_CREAT | O_TMPFILE)) {     \
        va_list rest;                        \
        va_start(rest, flags);               \
        mode = va_arg(rest, mode_t);         \
        va_end(rest);                        \
    }                                        \
    return opened(folder, name, flags, mode)

int open(const char *name, int flags, ...) { OPENED(AT_FDCWD); }
int open64(const char *name, int flags, ...) { OPENED(AT_FDCWD); }
int openat(int folder, const char *name, int flags, ...) { OPENED(folder); }
int openat64(int folder, const char *name, int flags, ...) { OPENED(folder); }
int creat(const char *name, mode_t mode) { return opened(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }
int creat64(const char *name, mode_t mode) { return opened(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode); }

static off_t place(int fd)
{
    if (fcntl(fd, F_GETFL) & O_APPEND)
        return lseek(fd, 0, SEEK_END);
    return lseek(fd, 0, SEEK_CUR);
}

ssize_t write(int fd, const void *data, size_t length)
{
    char space[PATH_MAX];
    const char *ours = of_fd(fd, space);
    ssize_t done;
    if (!ours)
        return syscall(SYS_write, fd, data, length);
    HELD({
        off_t at = place(fd);
        done = fails(ours) ? -1 : syscall(SYS_write, fd, data, length);
        if (done > 0)
            record('w', ours, NULL, at, data, done);
    });
    return done;
}

static ssize_t placed(int fd, const void *data, size_t length, off_t at)
{
    char space[PATH_MAX];
    const char *ours = of_fd(fd, space);
    ssize_t done;
    if (!ours)
        return syscall(SYS_pwrite64, fd, data, length, at);
    HELD({
        done = fails(ours) ? -1 : syscall(SYS_pwrite64, fd, data, length, at);
        if (done > 0)
            record('w', ours, NULL, at, data, done);
    });
    return done;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) { return placed(fd, data, length, at); }
ssize_t pwrite64(int fd, const void *data, size_t length, off64_t at) { return placed(fd, data, length, at); }

/* What the kernel copied by itself is read back from where it went. */
static void record_copied(int fd, const char *ours, off_t at, ssize_t done)
{
    char again[64];
    char *data = malloc(done);
    snprintf(again, sizeof again, "/proc/self/fd/%d", fd);
    int reader = syscall(SYS_openat, AT_FDCWD, again, O_RDONLY | O_CLOEXEC);
    ssize_t got = data ? syscall(SYS_pread64, reader, data, done, at) : -1;
    syscall(SYS_close, reader);
    record(got == done ? 'w' : '!', ours, NULL, at, data, got == done ? (uint64_t)done : 0);
    free(data);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    char space[PATH_MAX];
    const char *ours = of_fd(fd, space);
    ssize_t done;
    if (!ours)
        return syscall(SYS_writev, fd, parts, count);
    HELD({
        off_t at = place(fd);
        done = fails(ours) ? -1 : syscall(SYS_writev, fd, parts, count);
        if (done > 0)
            record_copied(fd, ours, at, done);
    });
    return done;
}

static ssize_t sent(int out, int in, off_t *from, size_t length)
{
    char space[PATH_MAX];
    const char *ours = of_fd(out, space);
    ssize_t done;
    if (!ours)
        return syscall(SYS_sendfile, out, in, from, length);
    HELD({
        off_t at = place(out);
        done = fails(ours) ? -1 : syscall(SYS_sendfile, out, in, from, length);
        if (done > 0)
            record_copied(out, ours, at, done);
    });
    return done;
}

ssize_t sendfile(int out, int in, off_t *from, size_t length) { return sent(out, in, from, length); }
ssize_t sendfile64(int out, int in, off64_t *from, size_t length) { return sent(out, in, from, length); }

ssize_t copy_file_range(int in, off64_t *from, int out, off64_t *to, size_t length, unsigned flags)
{
    char space[PATH_MAX];
    const char *ours = of_fd(out, space);
    ssize_t done;
    if (!ours)
        return syscall(SYS_copy_file_range, in, from, out, to, length, flags);
    HELD({
        off_t at = to ? *to : place(out);
        done = fails(ours) ? -1 : syscall(SYS_copy_file_range, in, from, out, to, length, flags);
        if (done > 0)
            record_copied(out, ours, at, done);
    });
    return done;
}

static int synced(int fd, long call)
{
    char space[PATH_MAX];
    const char *ours = of_fd(fd, space);
    int done;
    if (!ours)
        return syscall(call, fd);
    /* Not carried out: what is durable is the replay's to say, and the disk is spared. */
    HELD({
        done = fails(ours) ? -1 : 0;
        if (done == 0)
            record('s', ours, NULL, 0, NULL, 0);
    });
    return done;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }
int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

static int cut(int fd, off_t length)
{
    char space[PATH_MAX];
    const char *ours = of_fd(fd, space);
    int done;
    if (!ours)
        return syscall(SYS_ftruncate, fd, length);
    HELD({
        done = fails(ours) ? -1 : syscall(SYS_ftruncate, fd, length);
        if (done == 0)
            record('t', ours, NULL, length, NULL, 0);
    });
    return done;
}

int ftruncate(int fd, off_t length) { return cut(fd, length); }
int ftruncate64(int fd, off64_t length) { return cut(fd, length); }

static int named(char kind, int from_folder, const char *from, int to_folder, const char *to, long call, int flags)
{
    char one[PATH_MAX], two[PATH_MAX];
    const char *ours = of_name(from_folder, from, one), *other = to ? of_name(to_folder, to, two) : NULL;
    int done;
    HELD({
        if (fails(ours))
            done = -1;
        else if (call == SYS_unlinkat)
            done = syscall(call, from_folder, from, flags);
        else if (call == SYS_mkdirat)
            done = syscall(call, from_folder, from, flags);
        else
            done = syscall(call, from_folder, from, to_folder, to, flags);
        if (done == 0 && ours && (other || !to))
            record(kind, ours, other, 0, NULL, 0);
        else if (done == 0 && (ours || other))
            record('!', ours ? ours : other, NULL, 0, NULL, 0);
    });
    return done;
}

int rename(const char *from, const char *to) { return named('r', AT_FDCWD, from, AT_FDCWD, to, SYS_renameat2, 0); }
int renameat(int a, const char *from, int b, const char *to) { return named('r', a, from, b, to, SYS_renameat2, 0); }
int link(const char *from, const char *to) { return named('l', AT_FDCWD, from, AT_FDCWD, to, SYS_linkat, 0); }
int linkat(int a, const char *from, int b, const char *to, int flags) { return named('l', a, from, b, to, SYS_linkat, flags); }
int unlink(const char *name) { return named('u', AT_FDCWD, name, 0, NULL, SYS_unlinkat, 0); }
int unlinkat(int folder, const char *name, int flags) { return named('u', folder, name, 0, NULL, SYS_unlinkat, flags); }
int rmdir(const char *name) { return named('u', AT_FDCWD, name, 0, NULL, SYS_unlinkat, AT_REMOVEDIR); }
int mkdir(const char *name, mode_t mode) { return named('m', AT_FDCWD, name, 0, NULL, SYS_mkdirat, mode); }
int mkdirat(int folder, const char *name, mode_t mode) { return named('m', folder, name, 0, NULL, SYS_mkdirat, mode); }
