// SPDX-License-Identifier: MIT
/*
 * calls.c - the calls that the supervisor answers
 *
 * Calls that name the network are answered by us; those that move octets or
 * wait are the kernel's, and are not here.  A call may have several rows; the
 * first whose condition holds decides.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#include "base/check.h"

#include "run/call.h"

/* Who opens a file so does not read how the network is set up.  A server that
 * opens its pages with O_NONBLOCK is not held up by us. */
#define NOT_TO_READ \
	(O_ACCMODE | O_CREAT | O_TRUNC | O_DIRECTORY | O_PATH | O_NONBLOCK)

/* With these the kernel's own message is the same as one of the network. */
#define PLAIN_SEND ((uint32_t)(MSG_DONTWAIT | MSG_NOSIGNAL))
#define PLAIN_RECV (PLAIN_SEND | MSG_PEEK | MSG_WAITALL)

/* clang-format off */
#define CALL(name) SYS_##name, #name
static const struct call_row rows[] = {
	/* AF_UNIX is no network; everything else is the lab's. */
	{CALL(socket), WHEN_NOT, 0, AF_UNIX, 0, call_socket, false, true},
	{CALL(bind), WHEN_ALWAYS, 0, 0, 0, call_bind, true, true},
	{CALL(connect), WHEN_ALWAYS, 0, 0, 0, call_connect, true, true},
	{CALL(listen), WHEN_ALWAYS, 0, 0, 0, call_listen, true, true},
	{CALL(accept), WHEN_ALWAYS, 0, 0, 0, call_accept, true, false},
	{CALL(accept4), WHEN_ALWAYS, 0, 0, 0, call_accept4, true, false},
	{CALL(getsockname), WHEN_ALWAYS, 0, 0, 0, call_getsockname, true, false},
	{CALL(getpeername), WHEN_ALWAYS, 0, 0, 0, call_getpeername, true, false},
	{CALL(setsockopt), WHEN_ALWAYS, 0, 0, 0, call_setsockopt, true, false},
	{CALL(getsockopt), WHEN_ALWAYS, 0, 0, 0, call_getsockopt, true, false},
	{CALL(shutdown), WHEN_ALWAYS, 0, 0, 0, call_shutdown, true, true},

	/* With an address, or flags that mean something; where these cannot be
	 * seen from outside, all. */
	{CALL(sendto), WHEN_SET, 4, 0, 0, call_sendto, true, false},
	{CALL(sendto), WHEN_ANY, 3, ~PLAIN_SEND, 0, call_sendto, true, false},
	{CALL(recvfrom), WHEN_SET, 4, 0, 0, call_recvfrom, true, false},
	{CALL(recvfrom), WHEN_ANY, 3, ~PLAIN_RECV, 0, call_recvfrom, true, false},
	{CALL(sendmsg), WHEN_ALWAYS, 0, 0, 0, call_sendmsg, true, false},
	{CALL(recvmsg), WHEN_ALWAYS, 0, 0, 0, call_recvmsg, true, false},
	{CALL(sendmmsg), WHEN_ALWAYS, 0, 0, 0, call_sendmmsg, true, false},
	{CALL(recvmmsg), WHEN_ALWAYS, 0, 0, 0, call_recvmmsg, true, false},

	/* Root could make a device of the machine's with it: nobody may, as
	 * nobody may change an interface. */
	{CALL(ioctl), DENY_WHEN, 1, (uint32_t)TUNSETIFF, EPERM, NULL, false, false},
	/* Interfaces: all numbers that sockets have. */
	{CALL(ioctl), WHEN_LIKE, 1, 0x8900, 0, call_ioctl, false, false},

	/* Rings of packet sockets: memory that is shared with a file. */
	{CALL(mmap), WHEN_CLEAR, 3, MAP_PRIVATE | MAP_ANONYMOUS, 0, call_mmap, false, false},

	/* Files that describe the network, and the host's own name. */
	{CALL(openat), WHEN_CLEAR, 2, NOT_TO_READ, 0, call_openat, false, false},
#ifdef SYS_open
	{CALL(open), WHEN_CLEAR, 1, NOT_TO_READ, 0, call_open, false, false},
#endif
	{CALL(uname), WHEN_ALWAYS, 0, 0, 0, call_uname, false, false},
	{CALL(sethostname), WHEN_ALWAYS, 0, 0, 0, call_sethostname, false, true},
	{CALL(setdomainname), DENY, 0, 0, EPERM, NULL, false, false},

	/* A ring makes sockets without any of these calls. */
	{CALL(io_uring_setup), DENY, 0, 0, ENOSYS, NULL, false, false},
	/* Nobody could read the memory of a process that may not be looked at,
	 * and answer its calls; so it is told yes, and nothing happens. */
	{CALL(prctl), DENY_WHEN, 0, PR_SET_DUMPABLE, 0, NULL, false, false},
};
/* clang-format on */

const struct call_row *call_rows(size_t *count)
{
	*count = ARRAY_SIZE(rows);
	return rows;
}

const struct call_row *call_row_of(int nr)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (rows[i].nr == nr && rows[i].fn)
			return &rows[i];
	return NULL;
}
