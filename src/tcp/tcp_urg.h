/* SPDX-License-Identifier: MIT */
#ifndef TCP_TCP_URG_H
#define TCP_TCP_URG_H

/*
 * tcp_urg.h - the state of urgent data, see tcp_urg.c
 *
 * Private to tcp/.
 */

#include <stdint.h>

#include "wire/seq.h"

enum tcp_urg_state {
	TCP_URG_NONE,	 /* no mark, or reading went past it */
	TCP_URG_NOTYET,	 /* there is a mark, its octet has not come */
	TCP_URG_VALID,	 /* it has come and was not fetched */
	TCP_URG_FETCHED, /* it was fetched, the mark still stands */
};

/**
 * struct tcp_urg - urgent data of a busy connection
 * @mark:	The urgent octet of the peer, unless @state is TCP_URG_NONE
 * @up:		SND.UP: one behind our last urgent octet; not beyond snd_una
 *		if there is none
 * @state:	enum tcp_urg_state
 * @octet:	The urgent octet, in TCP_URG_VALID
 */
struct tcp_urg {
	seq32 mark;
	seq32 up;
	uint8_t state;
	uint8_t octet;
};

#endif /* TCP_TCP_URG_H */
