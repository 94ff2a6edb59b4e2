// SPDX-License-Identifier: MIT
/*
 * explain_boot.c - the sentences of how a host gets its address
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_boot[R_COUNT] = {
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
	W(DHCP_CHECK, "DHCP question",
	  "DHCP: {host} asks whether anybody has {=ip} before it offers it",
	  "a host may use an address that the server knows nothing of", "2131 3.1")
	W(DHCP_TAKEN, "address",
	  "DHCP: {=ip} is not offered: {text}",
	  "two hosts with one address would both be cut off", "2131 3.1")
	W(DHCP_RELAY, "DHCP message",
	  "DHCP: {host} relays {text} for {=mac} to {=ip}",
	  "a broadcast does not pass a router; a relay carries it", "1542 4")
	W(DHCP_INFO, "DHCP answer",
	  "{host} is told the rest by {=server}: {dns} DNS servers[, domain {domain}]",
	  "it has an address, and asked for the rest", "2131 4.4.3")
	W(DHCP6_STATE, "DHCPv6 client",
	  "DHCPv6: {from} -> {to}: {text}",
	  NULL, "8415 18.2")
	W(DHCP6_TIMER, "DHCPv6 timer",
	  "DHCPv6: the time of {state} is over[, {tries} questions so far]",
	  "an answer, or the moment to ask, was waited for", "8415 15")
	W(DHCP6_ASK, "DHCPv6 question",
	  "DHCPv6: {host} says {text}[ about {=ip}]",
	  "a router said that there is DHCPv6 here, or time is up", "8415 18.2")
	W(DHCP6_BOUND, "address",
	  "{host} has {=ip}, for {lease} s",
	  "a DHCPv6 server gives it, and no neighbour has it", "8415 18.2.10.1")
	W(DHCP6_LOST, "address",
	  "{host} has {=ip} no more: {text}",
	  "an address is lent and not given", "8415 18.2")
	W(DHCP6_INFO, "DHCPv6 answer",
	  "{host} is told: {dns} DNS servers[, domain {domain}]",
	  "it asked a DHCPv6 server", "8415 18.2.10.4")
	W(DHCP6_REFUSED, "DHCPv6 answer",
	  "{host} does not take the answer: {text}",
	  "anybody on the wire may answer, also nonsense", "8415 22")
	W(DHCP6_CONFLICT, "address",
	  "a neighbour has {=ip} already; it is declined",
	  "two hosts with one address would both be cut off", "8415 18.2.8")
	W(DHCP6_ANSWER, "DHCPv6 answer",
	  "DHCPv6: {host} says {text}[ {=ip}][: {status}]",
	  "it was asked", "8415 18.3")
	W(DHCP6_LEASE, "lease",
	  "the lease of {=ip}: {from} -> {to}",
	  NULL, "8415 18.3")
	W(DHCP6_RELAY, "DHCPv6 message",
	  "DHCPv6: {host} relays {text} to {=ip}",
	  "the group of servers is only on the link; a relay carries it on", "8415 19")
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
