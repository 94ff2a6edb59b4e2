/* SPDX-License-Identifier: MIT */
#ifndef RUN_DGRAM_H
#define RUN_DGRAM_H

/*
 * dgram.h - sockets of messages, as dgram.c, packet.c and ring.c see them
 */

#include "run/msg.h"

struct ring;
struct sock_filter;

/* A program's filter for what it hears: sieve.c.  @count 0: none. */
struct sieve {
	struct sock_filter *code;
	size_t count;
};

/**
 * struct dgram - a datagram, raw or packet socket of a program
 * @desc:	What all sockets have
 * @about:	What is known of the datagram in the kernel's queue
 * @sieve:	What it does not want to hear
 * @ring:	Of a packet socket: where its frames go, or NULL
 * @ring_version: ... and how they are to be laid out there
 * @ring_reserve: ... and how many octets are to be left free in front of them
 * @type:	SOCK_DGRAM or SOCK_RAW
 */
struct dgram {
	struct desc desc;
	struct msg_about about;
	struct sieve sieve;
	struct ring *ring;
	int ring_version;
	unsigned int ring_reserve;
	int type;
};

static inline struct dgram *dgram_of(struct desc *d)
{
	return container_of(d, struct dgram, desc);
}

/* dgram.c: what all of them do alike. */
long dgram_connect(struct call *call, const struct endpoint *to);
long dgram_send(struct call *call, const struct msg *m, int flags);
long dgram_recv(struct call *call, const struct msg *m, int flags);
void dgram_settle(struct desc *d);
void dgram_work(struct desc *d);
void dgram_free(struct desc *d);
int dgram_set(struct call *call, const struct opt *opt);
/* The next message that the stack has and the sieve lets pass: its whole
 * length, or -errno.  @buf has MSG_OCTETS; @flags as recv(2). */
long dgram_fetch(struct desc *d, uint8_t *buf, int flags,
		 struct msg_about *about);

/* dgram_end.c */
/* The socket in the stack has a peer, or none, and so has the program's end @fd
 * from now on.  0 or -errno. */
int dgram_link(struct desc *d, int fd, bool has_peer);
/* The program has sent something: it has heard what it was told. */
void dgram_note_heard(struct desc *d);
/* An error that it has not heard of, and does now: 0 or -errno. */
int dgram_owes(struct call *call);
/* Let calls that are the kernel's tell of an error. */
void dgram_tell(struct desc *d);

/* packet.c */
extern const struct desc_ops packet_ops;

/* sieve.c */
void sieve_fini(struct sieve *s, struct mem *mem);
/* The filter that SO_ATTACH_FILTER or SO_DETACH_FILTER names.  0 or -errno. */
int sieve_set(struct sieve *s, struct call *call, const struct opt *opt);
/* How many octets of a message pass; 0: it does not.  Its network header begins
 * at @net_off. */
size_t sieve_pass(const struct sieve *s, const uint8_t *buf, size_t len,
		  const struct msg_about *about, size_t net_off);

/* When something happened, by the clock of the wall, in nanoseconds. */
uint64_t dgram_wall_ns(const struct desc *d, uint64_t at_ns);

#endif /* RUN_DGRAM_H */
