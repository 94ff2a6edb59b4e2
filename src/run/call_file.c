// SPDX-License-Identifier: MIT
/*
 * call_file.c - files that say something of the network
 *
 * Theory of operation
 * ===================
 * A program's files are the machine's, but some of them describe the machine's
 * network: which resolver to ask, which names there are.  Who opens one of
 * these gets a file in memory that describes the lab host's.  All other files
 * are the kernel's to open; that a program could change the name after it was
 * looked at does no harm, for it may read what it likes.
 *
 * Some programs ask a daemon of the machine to look names up, over AF_UNIX.
 * That one would ask the machine's network, so it is not there.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "lab/etc.h"
#include "run/call.h"
#include "run/net_file.h"
#include "vnet/vnet.h"

enum { PAGE = 4096, NAME_ROOM = 64 };

static void put_hostname(const struct lab_run *run, const struct host *host,
			 struct strbuf *out)
{
	(void)run;
	strbuf_printf(out, "%s\n", host->node.name);
}

/* clang-format off */
static const struct {
	const char *name;
	void (*put)(const struct lab_run *run, const struct host *host,
		    struct strbuf *out);
} files[] = {
	{"/etc/resolv.conf", lab_run_resolv_conf},
	{"/etc/hosts", lab_run_hosts_file},
	{"/etc/hostname", put_hostname},
};

/* Where files are that somebody may have to make. */
static const char *const folders[] = {"/etc/", "/proc/", "/sys/class/net/"};

/* Who looks names up for others. */
static const char *const daemons[] = {
	"/run/nscd/", "/var/run/nscd/", "/run/systemd/resolve/",
};
/* clang-format on */

/* A text in the program's memory, as far as it fits. */
static int read_text(const struct call *call, uint64_t at, char *buf,
		     size_t size)
{
	size_t len = min_size(size - 1, PAGE - at % PAGE);
	int err = call_read(call, at, buf, len);

	if (!err && !memchr(buf, '\0', len) && len < size - 1) {
		err = call_read(call, at + len, buf + len, size - 1 - len);
		len = size - 1;
	}
	buf[len] = '\0';
	return err;
}

/* A file in memory; a descriptor or -errno. */
static int make_file(const char *name, const struct strbuf *text)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return -errno;
	n = write(fd, strbuf_text(text), text->len);
	if (n == (ssize_t)text->len && lseek(fd, 0, SEEK_SET) == 0)
		return fd;
	close(fd);
	return -ENOSPC;
}

/* What a file says: 0, -ENOENT, or 1 if it is the machine's. */
static int put_file(struct call *call, const char *name, struct strbuf *text)
{
	struct supervisor *sup = call_sup(call);
	const struct net_file f = {sup, call->program->host, text};

	for (size_t i = 0; i < ARRAY_SIZE(files); i++)
		if (!strcmp(name, files[i].name)) {
			files[i].put(sup->lab, call->program->host, text);
			return 0;
		}
	return call->program->host->is_on ? net_file_put(&f, name) : 1;
}

static long give_file(struct call *call, const char *name, int flags)
{
	struct strbuf text;
	long answer;
	int fd;

	strbuf_init(&text, call_sup(call)->mem);
	fd = put_file(call, name, &text);
	if (!fd)
		fd = text.error ? text.error : make_file(name, &text);
	else if (fd == 1)
		fd = CALL_CONTINUE;
	strbuf_fini(&text);
	if (fd < 0)
		return fd;
	answer = call_add_fd(call, fd, flags & O_CLOEXEC);
	close(fd);
	return answer;
}

/* A name that is told from a directory on, from the root on.  False: it is too
 * long to be one of ours. */
static bool complete(const struct call *call, int dir, char name[NAME_ROOM])
{
	char link[NAME_ROOM], whole[2 * NAME_ROOM];
	size_t skip = strncmp(name, "./", 2) ? 0 : 2;
	ssize_t n;

	if (name[0] == '/')
		return true;
	if (dir == AT_FDCWD)
		(void)snprintf(link, sizeof(link), "/proc/%d/cwd", call->tid);
	else
		(void)snprintf(link, sizeof(link), "/proc/%d/fd/%d", call->tid,
			       dir);
	n = readlink(link, whole, NAME_ROOM);
	if (n == 1) /* the root itself */
		n = 0;
	if (n < 0 || (size_t)n + strlen(name + skip) + 2 > NAME_ROOM)
		return false;
	(void)snprintf(whole + n, sizeof(whole) - (size_t)n, "/%s",
		       name + skip);
	memcpy(name, whole, NAME_ROOM);
	return true;
}

static long open_file(struct call *call, int dir, uint64_t name_at, int flags)
{
	char name[NAME_ROOM];

	if ((flags & O_ACCMODE) != O_RDONLY || flags & O_PATH ||
	    read_text(call, name_at, name, sizeof(name)) ||
	    !complete(call, dir, name))
		return CALL_CONTINUE;
	for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
		if (!strncmp(name, folders[i], strlen(folders[i])))
			return give_file(call, name, flags);
	return CALL_CONTINUE;
}

long call_open(struct call *call)
{
	return open_file(call, AT_FDCWD, call->arg[0], (int)call->arg[1]);
}

long call_openat(struct call *call)
{
	return open_file(call, (int)call->arg[0], call->arg[1],
			 (int)call->arg[2]);
}

long call_connect_unix(struct call *call)
{
	struct sockaddr_un un = {0};
	size_t len = min_size((size_t)call->arg[2], sizeof(un) - 1);

	if (call_read(call, call->arg[1], &un, len) || un.sun_family != AF_UNIX)
		return CALL_CONTINUE;
	for (size_t i = 0; i < ARRAY_SIZE(daemons); i++)
		if (!strncmp(un.sun_path, daemons[i], strlen(daemons[i])))
			return -ECONNREFUSED;
	return CALL_CONTINUE;
}
