/* A file server, as NFS shows it to a program; preloaded before the C library.
 *
 * LOST_CALL and LOST_AT: the so-manieth call of that name is carried out, but its answer is lost: the request is sent
 * again, and the error of the second attempt is what the program gets. The file LOST_TOLD is written then.
 * KEPT_OPEN: a file that is removed while this process has it open, or mapped, gets a name .nfs... in its folder, until
 * it is closed; such a file cannot be removed.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static int answered(const char *call, int result, int second)
{
    static int made;
    const char *lost = getenv("LOST_CALL");
    if (result || !lost || strcmp(lost, call) || ++made != atoi(getenv("LOST_AT")))
        return result;
    close(open(getenv("LOST_TOLD"), O_WRONLY | O_CREAT, 0600));
    errno = second;
    return -1;
}

static int is_open(const struct stat *file)
{
    char line[PATH_MAX + 100];
    unsigned major_, minor_;
    unsigned long inode;
    int found = 0;
    DIR *descriptors = opendir("/proc/self/fd");
    for (struct dirent *each; descriptors && (each = readdir(descriptors));) {
        struct stat other;
        found |= !fstat(atoi(each->d_name), &other) && other.st_ino == file->st_ino && other.st_dev == file->st_dev;
    }
    if (descriptors)
        closedir(descriptors);
    FILE *maps = fopen("/proc/self/maps", "re");
    while (maps && fgets(line, sizeof line, maps))
        if (sscanf(line, "%*s %*s %*s %x:%x %lu", &major_, &minor_, &inode) == 3)
            found |= inode == file->st_ino && makedev(major_, minor_) == file->st_dev;
    if (maps)
        fclose(maps);
    return found;
}

static int remove_file(int folder, const char *path)
{
    static int number;
    struct stat file;
    char kept[PATH_MAX];
    const char *slash = strrchr(path, '/');
    if (getenv("KEPT_OPEN") && !strncmp(slash ? slash + 1 : path, ".nfs", 4)) {
        errno = EBUSY;
        return -1;
    }
    if (!getenv("KEPT_OPEN") || fstatat(folder, path, &file, AT_SYMLINK_NOFOLLOW) || !S_ISREG(file.st_mode) || !is_open(&file))
        return REAL(unlinkat)(folder, path, 0);
    snprintf(kept, sizeof kept, "%.*s.nfs%08d%08d", slash ? (int)(slash - path + 1) : 0, path, getpid(), ++number);
    return renameat(folder, path, folder, kept);
}

int close(int descriptor)
{
    char link[40], path[PATH_MAX];
    snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
    ssize_t length = readlink(link, path, sizeof path - 1);
    int result = REAL(close)(descriptor);
    path[length > 0 ? length : 0] = 0;
    if (getenv("KEPT_OPEN") && strstr(path, "/.nfs"))
        REAL(unlink)(path);
    return result;
}

int rename(const char *old, const char *new) { return answered("rename", REAL(rename)(old, new), ENOENT); }
int link(const char *old, const char *new) { return answered("link", REAL(link)(old, new), EEXIST); }
int symlink(const char *target, const char *new) { return answered("symlink", REAL(symlink)(target, new), EEXIST); }
int mkdir(const char *path, mode_t mode) { return answered("mkdir", REAL(mkdir)(path, mode), EEXIST); }
int rmdir(const char *path) { return answered("rmdir", REAL(rmdir)(path), ENOENT); }
int unlink(const char *path) { return answered("unlink", remove_file(AT_FDCWD, path), ENOENT); }
int unlinkat(int folder, const char *path, int flags)
{
    if (flags & AT_REMOVEDIR)
        return answered("rmdir", REAL(unlinkat)(folder, path, flags), ENOENT);
    return answered("unlink", remove_file(folder, path), ENOENT);
}
