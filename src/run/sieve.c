// SPDX-License-Identifier: MIT
/*
 * sieve.c - filters of programs (SO_ATTACH_FILTER), run by the kernel
 *
 * Theory of operation
 * ===================
 * A program may give a socket a small program that says which packets it wants
 * to hear, and how much of each: tcpdump, ping and DHCP clients do.  The kernel
 * has an interpreter for these, with a verifier, and runs them for messages of
 * AF_UNIX too.  So a message is sent through a pair of sockets of our own, the
 * second of which has the filter: what does not come out was not wanted.
 *
 *	message --> fd[0] ~~~ filter ~~~ fd[1] --> as much as is wanted
 *
 * Limits
 * ------
 * A filter that asks the kernel for more than the octets (of which type the
 * frame is, on which interface it came) is told nothing: 0.
 */
#include <errno.h>
#include <linux/filter.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "run/dgram.h"

void sieve_init(struct sieve *s)
{
	s->fd[0] = s->fd[1] = -1;
}

void sieve_fini(struct sieve *s)
{
	for (int i = 0; i < 2; i++)
		if (s->fd[i] >= 0)
			close(s->fd[i]);
	sieve_init(s);
}

/* Copy it from the program, and let the kernel look at it. */
static int attach(struct sieve *s, struct call *call, const struct opt *opt)
{
	struct sock_filter code[BPF_MAXINSNS];
	struct sock_fprog prog;
	struct sieve new;
	int err, room = MSG_OCTETS * 2;

	if (opt->len != sizeof(prog))
		return -EINVAL;
	memcpy(&prog, opt->val, sizeof(prog));
	if (!prog.len || prog.len > BPF_MAXINSNS)
		return -EINVAL;
	err = call_read(call, (uintptr_t)prog.filter, code,
			prog.len * sizeof(code[0]));
	if (err)
		return err;
	prog.filter = code;
	if (socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       new.fd))
		return -errno;
	(void)setsockopt(new.fd[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	if (setsockopt(new.fd[1], SOL_SOCKET, SO_ATTACH_FILTER, &prog,
		       sizeof(prog))) {
		err = -errno;
		sieve_fini(&new);
		return err;
	}
	sieve_fini(s);
	*s = new;
	return 0;
}

int sieve_set(struct sieve *s, struct call *call, const struct opt *opt)
{
	if (opt->name == SO_ATTACH_FILTER)
		return attach(s, call, opt);
	if (s->fd[0] < 0)
		return -ENOENT;
	sieve_fini(s);
	return 0;
}

size_t sieve_pass(const struct sieve *s, const uint8_t *buf, size_t len)
{
	uint8_t none;
	ssize_t n;

	if (s->fd[0] < 0)
		return len;
	if (send(s->fd[0], buf, len, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return len;
	n = recv(s->fd[1], &none, sizeof(none), MSG_DONTWAIT | MSG_TRUNC);
	return n > 0 ? (size_t)n : 0;
}
