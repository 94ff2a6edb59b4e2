/* SPDX-License-Identifier: MIT */
#ifndef RUN_RING_H
#define RUN_RING_H

/*
 * ring.h - frames in memory that a program shares with us: ring.c
 */

#include <linux/if_packet.h>
#include <stdbool.h>

struct call;
struct desc;
struct dgram;
struct ring;

/* A ring of that shape in place of an older one; no frames: none.  0 or
 * -errno. */
int ring_set(struct dgram *g, const struct tpacket_req *req);
void ring_free(struct dgram *g);
/* What the socket has heard goes there. */
void ring_work(struct desc *d);
/* Frames since somebody last asked. */
struct tpacket_stats ring_stats(struct dgram *g);
/* Answer mmap(2) of it. */
long ring_map(struct call *call);

#endif /* RUN_RING_H */
