// SPDX-License-Identifier: MIT
/*
 * explain_gateway.c - the sentences of a router that filters
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
static const struct words words[R_COUNT] = {
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
	W(FILTER_EVICT, "filter",
	  "{host} forgets the connection from {from} to {to} to make room",
	  "all places are taken, and this one has shown least that it is real",
	  "7857 2")
};
/* clang-format on */

const struct words *words_of_gateway(enum reason what)
{
	return what < R_COUNT && words[what].noun ? &words[what] : NULL;
}
