// SPDX-License-Identifier: MIT
/*
 * control_find.c - which running lab is meant
 *
 * Theory of operation
 * ===================
 * Who says nothing means the lab that was started last.  Who says a number has
 * it from somewhere: from the shell that has started weft (of `weft run` that
 * is the process that waits for the one that holds the lab), from ps(1), or
 * from a program that runs in the lab:
 *
 *	shell -- 4710 waits -- 4711 holds the lab -- 4712 nginx -- 4713 worker
 *
 * Any of these is a way to say 4711: it has a socket itself, or one of its
 * parents has, or it is the parent of one that has.
 *
 * A lab that was killed leaves its socket behind; nobody answers there
 * (ECONNREFUSED), and whoever notices removes it.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "os/control.h"
#include "os/control_int.h"

/* "4711.sock" is 4711's; 0: no socket of ours. */
static int pid_of(const char *name)
{
	char *end;
	long pid = strtol(name, &end, 10);

	return pid > 0 && pid < INT32_MAX && !strcmp(end, ".sock") ? (int)pid
								   : 0;
}

/* Is anybody there?  If not, what was left is removed. */
static bool is_alive(int pid)
{
	struct sockaddr_un un;
	int fd;

	if (control_address(&un, pid, false))
		return false;
	fd = control_connect(&un, false);
	if (fd == -ECONNREFUSED)
		(void)unlink(un.sun_path);
	if (fd >= 0)
		close(fd);
	return fd >= 0 || fd == -EAGAIN;
}

static bool is_newer(const struct stat *a, const struct stat *b)
{
	if (a->st_mtim.tv_sec != b->st_mtim.tv_sec)
		return a->st_mtim.tv_sec > b->st_mtim.tv_sec;
	return a->st_mtim.tv_nsec > b->st_mtim.tv_nsec;
}

int control_newest(void)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	struct stat st, best = {0};
	const struct dirent *e;
	int pid, newest = 0;
	DIR *dir;

	if (control_folder(path, sizeof(path), false))
		return 0;
	dir = opendir(path);
	while (dir && (e = readdir(dir))) {
		pid = pid_of(e->d_name);
		if (!pid || fstatat(dirfd(dir), e->d_name, &st, 0) ||
		    (newest && !is_newer(&st, &best)) || !is_alive(pid))
			continue;
		newest = pid;
		best = st;
	}
	if (dir)
		(void)closedir(dir);
	return newest;
}

/* 0: there is none, or nobody knows.  The name in front may have anything in it. */
static int parent_of(int pid)
{
	char path[64], text[512] = "", *end;
	FILE *f;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	f = fopen(path, "re");
	if (!f)
		return 0;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	(void)fclose(f);
	end = strrchr(text, ')'); /* ") S 4711 " */
	return end && strlen(end) > 4 ? (int)strtol(end + 4, NULL, 10) : 0;
}

/* A lab whose process was started by @pid; 0: none. */
static int child_of(int pid)
{
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	const struct dirent *e;
	int found = 0;
	DIR *dir;

	if (control_folder(path, sizeof(path), false))
		return 0;
	dir = opendir(path);
	while (dir && !found && (e = readdir(dir))) {
		int lab = pid_of(e->d_name);

		if (lab && parent_of(lab) == pid && is_alive(lab))
			found = lab;
	}
	if (dir)
		(void)closedir(dir);
	return found;
}

int control_lab_of(int pid)
{
	for (int p = pid; p > 1; p = parent_of(p))
		if (is_alive(p))
			return p;
	return child_of(pid);
}
