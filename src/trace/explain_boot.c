// SPDX-License-Identifier: MIT
/*
 * explain_boot.c - the sentences of how a host gets its address
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
static const struct words words[R_COUNT] = {
	W(DHCP_STATE, "DHCP client",
	  "DHCP: {from} -> {to}: {text}",
	  NULL, "2131 4.4")
	W(DHCP_TIMER, "DHCP timer",
	  "DHCP: the time of {state} is over[, {tries} questions so far]",
	  "an answer, or the moment to ask, was waited for", "2131 4.1")
	W(DHCP_ASK, "DHCP question",
	  "DHCP: {host} says {text}[ about {=ip}]",
	  "it has no address, or wants to keep the one it has", "2131 3.1")
	W(DHCP_BOUND, "address",
	  "{host} has {=ip}/{len}[, router {=router}], for {lease} s",
	  "{=server} gives it, and no neighbour has it", "2131 4.4.1")
	W(DHCP_LOST, "address",
	  "{host} has {=ip} no more: {text}",
	  "an address is lent and not given", "2131 4.4.5")
	W(DHCP_REFUSED, "DHCP answer",
	  "{host} does not take {=ip}: {text}",
	  "anybody on the wire may answer, also nonsense", "2131 7")
	W(DHCP_IGNORED, "DHCP message",
	  "DHCP: {text}, dropped",
	  NULL, "2131 4.4.1")
	W(DHCP_CONFLICT, "address",
	  "{=mac} has {=ip} already; it is declined",
	  "two hosts with one address would both be cut off", "2131 3.1")
	W(DHCP_ANSWER, "DHCP answer",
	  "DHCP: {host} says {text}[ {=ip}] to {=mac}",
	  "it was asked", "2131 4.3")
	W(DHCP_LEASE, "lease",
	  "the lease of {=ip}[ for {=mac}]: {from} -> {to}",
	  NULL, "2131 4.3.1")
	W(RARP_REQUEST, "RARP request",
	  "this is my MAC address; which IP address have I? (to everyone)",
	  "it knows nothing but its MAC address", "903")
	W(RARP_REPLY, "RARP reply",
	  "your IP address is this one",
	  "its table has the MAC address", "903")
	W(RARP_TIMER, "RARP timer",
	  "{host} asks for its address[, {tries} questions so far]",
	  "it has none, or nobody answered in time", "903")
	W(RARP_LEARN, "address",
	  "{host} has {=ip}: {=mac} says so",
	  "it asked, and a server knows its MAC address", "903")
};
/* clang-format on */

const struct words *words_of_boot(enum reason what)
{
	return what < R_COUNT && words[what].noun ? &words[what] : NULL;
}
