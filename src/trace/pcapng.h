/* SPDX-License-Identifier: MIT */
#ifndef TRACE_PCAPNG_H
#define TRACE_PCAPNG_H

/*
 * pcapng.h - captures that Wireshark opens, with our comments in them
 *
 * A file is built in memory: the section, then interfaces and names, then
 * frames.  Time is lab time plus 2000-01-01, so that two equal runs give equal
 * files.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strbuf.h"

#include "wire/addr.h"

/* 2000-01-01T00:00:00Z in nanoseconds since 1970. */
#define PCAPNG_EPOCH_NS UINT64_C(946684800000000000)

struct pcapng_name {
	struct ip_addr addr;
	const char *name;
};

struct pcapng_frame {
	uint32_t interface; /* counted from 0, in the order they were added */
	uint64_t t_ns;	    /* lab time */
	bool is_outbound;
	const uint8_t *octets;
	size_t len;
	uint8_t fcs_len; /* octets of them that are a check sequence */
	const char *const *comments; /* ended by NULL; or NULL */
};

/* Begin a file; @comment says what was run. */
void pcapng_section(struct strbuf *out, const char *comment);

/* What the frames of an interface begin with. */
enum pcapng_link { PCAPNG_ETHER = 1, PCAPNG_PPP = 9 };

void pcapng_interface(struct strbuf *out, const char *name,
		      const char *description, enum pcapng_link link);
void pcapng_names(struct strbuf *out, const struct pcapng_name *names,
		  size_t count);
void pcapng_frame(struct strbuf *out, const struct pcapng_frame *frame);

#endif /* TRACE_PCAPNG_H */
