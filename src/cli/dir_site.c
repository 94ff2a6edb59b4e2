// SPDX-License-Identifier: MIT
/*
 * dir_site.c - the files below a directory of the disk, for a web server
 *
 * Theory of operation
 * ===================
 * The paths that a server asks for are clean, but what they lead to is decided
 * by links on the disk, which may change between a look and an open.  So there
 * is no look: openat2(2) with RESOLVE_BENEATH opens below the directory or not
 * at all.
 *
 * What is open is a descriptor, read where the client is; a file that changes
 * meanwhile has another tag (its size, its time to the nanosecond, its
 * inode) for the next one who asks.
 *
 * Limits
 * ------
 * A read blocks the loop until the disk has answered.
 */

#include "cli/dir_site.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"
#include "base/hash.h"

struct dir_site {
	struct http_source source;
	struct mem *mem;
	int dir;
};

/* Returns a descriptor or -errno. */
static int open_beneath(const struct dir_site *site, const char *path)
{
	struct open_how how = {
		.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, site->dir, *path ? path : ".", &how,
			  sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

/* What went wrong, in the words that a source has. */
static int source_error(int err)
{
	switch (err) {
	case -EACCES:
	case -EPERM:
	case -EXDEV: /* leads out of the directory */
		return -EACCES;
	case -ENOENT:
	case -ENOTDIR:
	case -ELOOP:
	case -ENAMETOOLONG:
		return -ENOENT;
	case -ENOMEM:
		return -ENOMEM;
	default:
		return -EIO;
	}
}

static uint64_t tag_of(const struct stat *st)
{
	static const struct hash_key key;
	const uint64_t what[] = {
		(uint64_t)st->st_size,
		(uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec,
		(uint64_t)st->st_ino,
	};

	return siphash13(&key, what, sizeof(what));
}

static int site_open(struct http_source *s, const char *path,
		     struct http_file *file)
{
	struct dir_site *site = container_of(s, struct dir_site, source);
	int fd = open_beneath(site, path);
	struct stat st;
	int err = 0;

	if (fd < 0)
		return source_error(fd);
	if (fstat(fd, &st))
		err = -EIO;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -EACCES;
	if (err) {
		close(fd);
		return err;
	}
	*file = (struct http_file){
		.source = s,
		.priv = (void *)(intptr_t)fd,
		.size = (uint64_t)st.st_size,
		.mtime_s = st.st_mtim.tv_sec,
		.tag = tag_of(&st),
	};
	return 0;
}

static long site_read(struct http_file *file, uint64_t off, void *buf,
		      size_t len)
{
	int fd = (int)(intptr_t)file->priv;
	size_t done = 0;

	while (done < len) {
		ssize_t n = pread(fd, (char *)buf + done, len - done,
				  (off_t)(off + done));

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -EIO;
		if (n == 0)
			break;
		done += (size_t)n;
	}
	return (long)done;
}

static void site_close(struct http_file *file)
{
	close((int)(intptr_t)file->priv);
}

static const struct http_source_ops site_ops = {
	.open = site_open,
	.read = site_read,
	.close = site_close,
};

int dir_site_new(const char *dir, struct mem *mem, struct http_source **out)
{
	struct dir_site *site;
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	site = mem_alloc(mem, sizeof(*site));
	if (!site) {
		close(fd);
		return -ENOMEM;
	}
	site->source.ops = &site_ops;
	site->mem = mem;
	site->dir = fd;
	*out = &site->source;
	return 0;
}

void dir_site_free(struct http_source *source)
{
	struct dir_site *site;

	if (!source)
		return;
	site = container_of(source, struct dir_site, source);
	close(site->dir);
	mem_free(site->mem, site, sizeof(*site));
}
