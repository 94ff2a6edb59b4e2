// SPDX-License-Identifier: MIT
/*
 * iomodels_run.c - a process for each measurement
 *
 * The child measures and writes messages into a pipe: how far it is, and at the
 * end what it found.  The parent waits for these and for Ctrl-C.  A pipe that
 * ends without a result means that the child was killed, for want of memory
 * most likely.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/iomodels.h"
#include "os/stop.h"

/* What the child says; @what is empty when @result is. */
struct message {
	char what[16];
	uint64_t done, all;
	struct iom_result result;
};

static void say(int to, const struct message *m)
{
	if (write(to, m, sizeof(*m)) != (ssize_t)sizeof(*m))
		_exit(1); /* nobody listens any more */
}

/* Some hundred times, however long it takes. */
static void say_progress(void *arg, const char *what, uint64_t done,
			 uint64_t all)
{
	struct message m = {.done = done, .all = all};

	if (done % (all / 200 + 1))
		return;
	snprintf(m.what, sizeof(m.what), "%s", what);
	say(*(int *)arg, &m);
}

static void measure(const struct iom_job *job, int to)
{
	struct iom_bed bed = {
		.count = job->connections,
		.wanted = job->requests,
		.at_once = job->at_once < job->connections ? job->at_once
							   : job->connections,
		.on_progress = say_progress,
		.arg = &to,
	};
	struct message m = {.all = 0};
	int err = iom_bed_open(&bed);

	if (!err)
		err = job->model->serve(&bed);
	m.result = bed.result;
	m.result.err = err;
	say(to, &m);
	/* What is left goes with the process: faster than in order. */
	_exit(0);
}

/* One message: 1, 0 at the end of the pipe, -EINTR. */
static int hear(const struct iom_job *job, int from, struct message *m)
{
	struct pollfd p[2] = {{.fd = from, .events = POLLIN},
			      {.fd = job->stop_fd, .events = POLLIN}};

	while (poll(p, 2, -1) < 0)
		if (errno != EINTR)
			return -errno;
	if (p[1].revents && os_stop_asked(job->stop_fd))
		return -EINTR;
	return read(from, m, sizeof(*m)) == (ssize_t)sizeof(*m);
}

static int follow(const struct iom_job *job, int from,
		  struct iom_result *result)
{
	struct message m = {.all = 0};
	int n;

	while ((n = hear(job, from, &m)) > 0) {
		if (!m.what[0]) {
			*result = m.result;
			return 0;
		}
		if (job->on_progress)
			job->on_progress(job->arg, m.what, m.done, m.all);
	}
	result->err = -ENOMEM;
	return n;
}

int iom_measure(const struct iom_job *job, struct iom_result *result)
{
	int fds[2], err;
	pid_t pid;

	*result = (struct iom_result){.err = 0};
	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid == 0) {
		close(fds[0]);
		os_stop_close(job->stop_fd);
		measure(job, fds[1]);
	}
	close(fds[1]);
	err = pid < 0 ? -errno : follow(job, fds[0], result);
	close(fds[0]);
	if (pid > 0) {
		kill(pid, SIGKILL);
		while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	return err;
}
