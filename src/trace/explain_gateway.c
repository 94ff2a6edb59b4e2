// SPDX-License-Identifier: MIT
/*
 * explain_gateway.c - the sentences of a router that filters
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_gateway[R_COUNT] = {
	W(CONNECT_ASK, "question",
	  "{host} asks {to} for its page, question {number}",
	  "a line of the script says how often", NULL)
	W(CONNECT_ANSWER, "answer",
	  "{to} answers question {number} with {octets} octets",
	  "the connection lives", NULL)
	W(CONNECT_SILENCE, "silence",
	  "no answer from {to} to question {number}",
	  "something on the way may have forgotten the connection", "5382 5")
	W(CONNECT_LOST, "connection",
	  "the connection to {to} is gone: {text}",
	  "the stack gave it up, or the other end did", NULL)
	W(ROUTE_WAY, "routing table",
	  "way {number} of {count} to {=dst}:[ through {=gateway}] on {netif}",
	  "the ways cost the same; a hash of addresses, protocol and ports "
	  "decides, so that a flow stays on one of them and in order",
	  "2992 2")
	W(ROUTE_WAY_LOST, "routing table",
	  "the way[ through {gateway}] on {netif} leads nowhere",
	  "its next hop does not answer, or the cable has no signal; its flows "
	  "take the other ways",
	  "2992 3")
	W(ROUTE_WAY_BACK, "routing table",
	  "the way[ through {gateway}] on {netif} is one again",
	  "its next hop has answered", "2992 3")
	W(RIP_ASK, "RIP",
	  "{host} asks its neighbours on {netif} for all that they know",
	  "it has only begun, or the cable is back", "2453 3.9.1")
	W(RIP_TELL, "RIP",
	  "{host} tells its neighbours on {netif} {text}: {count} networks",
	  "so they learn which networks it leads to, and how far they are",
	  "2453 3.10.2")
	W(RIP_TIMER, "RIP",
	  "{host}: {text}",
	  "everything is said again regularly, and news soon", "2453 3.8")
	W(RIP_ATTACHED, "RIP",
	  "{host} has {net} on {netif} itself, distance {metric}",
	  "it is attached to it", "2453 3.5")
	W(RIP_LEARN, "RIP",
	  "{host} learns: {net} is {metric} steps away, through {gateway} on {netif}",
	  "a neighbour says so, and nobody has a shorter way", "2453 3.9.2")
	W(RIP_GONE, "RIP",
	  "{host} has no way to {net} any more: {text}",
	  "distance 16 is infinity; neighbours are told", "2453 3.8")
	W(RIP_FORGET, "RIP",
	  "{host} forgets {net}",
	  "its neighbours have been told long enough that it is gone",
	  "2453 3.8")
	W(RIP_IGNORED, "RIP",
	  "{host} does not believe a message: {text}",
	  "whoever is believed gets the packets", "2453 3.9.2")
	W(FILTER_NEW, "filter",
	  "{host} remembers a new connection from {from} to {to}[ (rule {rule})]",
	  "a rule allows it, and its answers are to be let through", NULL)
	W(FILTER_STATE, "filter",
	  "{host} sees the connection from {from} to {to} move: {old} -> {state}",
	  "what the two ends say to each other passes through here",
	  "7857 2")
	W(FILTER_EXPIRE, "filter",
	  "{host} forgets the connection from {from} to {to}: silent for {idle_s} s",
	  "nothing says whether it still lives; what comes later is dropped "
	  "without a word, and neither end learns of it",
	  "5382 5")
	W(FILTER_RESET, "reset of the filter",
	  "no: the filter answers in the place of who was meant",
	  "a rule says reject: who asks need not wait until he gives up",
	  "9293 3.5.2")
	W(FILTER_EVICT, "filter",
	  "{host} forgets the connection from {from} to {to} to make room",
	  "all places are taken, and this one has shown least that it is real",
	  "7857 2")
};
/* clang-format on */
