// SPDX-License-Identifier: MIT
/*
 * explain_outlet.c - the sentences of a router whose way out is the machine
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_outlet[R_COUNT] = {
	W(OUTLET_CONNECT, "way out",
	  "keeps the SYN of {client} to {dest}, and has this machine connect to {via}",
	  "who gets a SYN-ACK believes that the far end is there; so it is asked first",
	  "9293 3.5")
	W(OUTLET_OPEN, "way out",
	  "this machine is connected for {client}: {dest} is there",
	  "its own SYN was answered; now the one that was kept may be", "9293 3.5")
	W(OUTLET_FAILED, "way out",
	  "this machine does not reach {dest} for {client}: {error}",
	  "its own socket says so, and the lab is told as if there were no machine in between",
	  "1122 4.2.3.9")
	W(OUTLET_CLOSED, "way out",
	  "the connection of {client} to {dest} is over: {how}",
	  "an end at one side becomes an end at the other", "9293 3.6")
	W(OUTLET_FLOW, "way out",
	  "a socket of this machine, to {via}, is opened for {client} and {dest}",
	  "the first datagram of a conversation; what comes back is told apart by the socket",
	  "4787 4.1")
	W(OUTLET_OUT, "way out",
	  "{octets} octets of {client} leave for {dest} through a socket of this machine",
	  "no route of this lab leads there", NULL)
	W(OUTLET_IN, "way out",
	  "{octets} octets came from {dest} for {client}, through a socket of this machine",
	  "the far end answered what was last sent there", NULL)
	W(OUTLET_EVICTED, "way out",
	  "forgets that {client} talked with {dest}: there are too many others",
	  "the least used gives way to a new one", "4787 4.3")
	W(OUTLET_EXPIRED, "way out",
	  "forgets that {client} talked with {dest}: silence for {idle_s} s",
	  "datagrams have no end that could be seen", "4787 4.3")
	W(OUTLET_UDP, "UDP datagram",
	  "a datagram from outside, in the name of who sent it",
	  "this machine's socket got it; the lab's program knows only the far end", "768")
	W(OUTLET_ECHO, "echo reply",
	  "an echo reply from outside, with the identifier of the lab's request",
	  "this machine asked with an identifier of its own", "792")
	W(OUTLET_ERROR, "ICMP error",
	  "what was said outside about a packet of the lab's",
	  "this machine's socket was told; the quotation is of the lab's own packet", "1122 3.2.2")
};
/* clang-format on */
