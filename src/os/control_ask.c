// SPDX-License-Identifier: MIT
/*
 * control_ask.c - asking a running lab
 *
 * Theory of operation
 * ===================
 * Every lab that runs by the clock has a socket in one folder, and its number
 * is its name:
 *
 *	/run/user/1000/weft/	drwx------
 *		4711.sock	srw-------
 *		4820.sock	srw-------
 *
 * The folder in /tmp has a name that a stranger could have taken first.  So it
 * is looked at before it is used: a directory and no link, ours, and closed to
 * everybody else.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "os/control.h"
#include "os/control_int.h"

int control_folder(char *path, size_t size, bool may_make)
{
	const char *run = getenv("XDG_RUNTIME_DIR");
	struct stat st;
	int n;

	if (run && run[0] == '/')
		n = snprintf(path, size, "%s/weft", run);
	else
		n = snprintf(path, size, "/tmp/weft-%u", (unsigned)geteuid());
	if (n < 0 || (size_t)n >= size)
		return -ENAMETOOLONG;
	if (may_make && mkdir(path, 0700) && errno != EEXIST)
		return -errno;
	if (lstat(path, &st))
		return -errno;
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() ||
	    st.st_mode & (S_IRWXG | S_IRWXO))
		return -EPERM;
	return 0;
}

int control_address(struct sockaddr_un *un, int pid, bool may_make)
{
	char path[sizeof(un->sun_path)];
	int n, err = control_folder(path, sizeof(path), may_make);

	if (err)
		return err;
	*un = (struct sockaddr_un){.sun_family = AF_UNIX};
	n = snprintf(un->sun_path, sizeof(un->sun_path), "%s/%d.sock", path,
		     pid);
	return n < 0 || (size_t)n >= sizeof(un->sun_path) ? -ENAMETOOLONG : 0;
}

int control_connect(const struct sockaddr_un *un, bool may_wait)
{
	const struct timeval wait = {.tv_sec = CONTROL_WAIT_S};
	int type = SOCK_STREAM | SOCK_CLOEXEC | (may_wait ? 0 : SOCK_NONBLOCK);
	int fd = socket(AF_UNIX, type, 0);
	int err;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	if (connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0)
		return fd;
	err = -errno;
	close(fd);
	return err;
}

static int send_line(int fd, const char *question)
{
	char line[CONTROL_LINE_MAX];
	int n = snprintf(line, sizeof(line), "%s\n", question);

	if (n < 0 || (size_t)n >= sizeof(line))
		return -EINVAL;
	return send(fd, line, (size_t)n, MSG_NOSIGNAL) == n ? 0 : -errno;
}

static int read_answer(int fd, struct strbuf *out)
{
	char buf[65536];
	ssize_t n;

	do {
		n = recv(fd, buf, sizeof(buf), 0);
		if (n > 0)
			strbuf_add(out, buf, (size_t)n);
	} while (n > 0 || (n < 0 && errno == EINTR));
	if (n < 0)
		return errno == EAGAIN ? -ETIMEDOUT : -errno;
	return out->error;
}

int control_ask(int pid, const char *question, struct strbuf *out)
{
	struct sockaddr_un un;
	int fd, lab, err;

	lab = pid > 0 ? control_lab_of(pid) : control_newest();
	if (!lab) /* what is wrong is found out there */
		lab = pid;
	if (!lab)
		return -ESRCH;
	err = control_address(&un, lab, false);
	if (err)
		return err == -ENOENT ? -ESRCH : err;
	fd = control_connect(&un, true);
	if (fd < 0)
		return fd == -ENOENT || fd == -ECONNREFUSED ? -ESRCH : fd;
	err = send_line(fd, question);
	if (!err)
		err = read_answer(fd, out);
	close(fd);
	return err;
}
