// SPDX-License-Identifier: MIT
/*
 * sieve.c - filters of programs (SO_ATTACH_FILTER)
 *
 * Theory of operation
 * ===================
 * A program may give a socket a small program that says which packets it wants
 * to hear, and how much of each: tcpdump, ping and DHCP clients do.  bpf.c runs
 * it.  Before that the kernel verifies it: a socket of our own gets it first,
 * and says what the program's would have said.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/if_packet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"

#include "run/bpf.h"
#include "run/dgram.h"

void sieve_fini(struct sieve *s, struct mem *mem)
{
	mem_free(mem, s->code, s->count * sizeof(*s->code));
	*s = (struct sieve){.count = 0};
}

/* 0, or what the kernel has against it. */
static int verify(const struct sock_fprog *prog)
{
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, prog, sizeof(*prog)))
		err = -errno;
	close(fd);
	return err;
}

/* Copy it from the program, and have the copy looked at. */
static int attach(struct sieve *s, struct call *call, const struct opt *opt)
{
	struct mem *mem = call_sup(call)->mem;
	struct sock_fprog prog;
	struct sieve new;
	int err;

	if (opt->len != sizeof(prog))
		return -EINVAL;
	memcpy(&prog, opt->val, sizeof(prog));
	if (!prog.len || prog.len > BPF_MAXINSNS)
		return -EINVAL;
	new.count = prog.len;
	new.code = mem_alloc_raw(mem, new.count * sizeof(*new.code));
	if (!new.code)
		return -ENOMEM;
	err = call_read(call, (uintptr_t)prog.filter, new.code,
			new.count * sizeof(*new.code));
	prog.filter = new.code;
	if (!err)
		err = verify(&prog);
	if (err) {
		sieve_fini(&new, mem);
		return err;
	}
	sieve_fini(s, mem);
	*s = new;
	return 0;
}

int sieve_set(struct sieve *s, struct call *call, const struct opt *opt)
{
	if (opt->name == SO_ATTACH_FILTER)
		return attach(s, call, opt);
	if (!s->count)
		return -ENOENT;
	sieve_fini(s, call_sup(call)->mem);
	return 0;
}

size_t sieve_pass(const struct sieve *s, const uint8_t *buf, size_t len,
		  const struct msg_about *about, size_t net_off)
{
	struct bpf_packet p = {.octets = buf, .len = len, .net_off = net_off};
	struct sockaddr_ll ll;
	uint32_t wanted;

	if (!s->count)
		return len;
	memcpy(&ll, about->name, sizeof(ll));
	if (ll.sll_family == AF_PACKET) {
		p.protocol = get16((const uint8_t *)&ll.sll_protocol);
		p.hatype = ll.sll_hatype;
		p.pkttype = ll.sll_pkttype;
		p.ifindex = (uint32_t)ll.sll_ifindex;
	}
	wanted = bpf_run(s->code, s->count, &p);
	return wanted < len ? wanted : len;
}
