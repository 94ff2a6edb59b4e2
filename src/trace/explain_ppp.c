// SPDX-License-Identifier: MIT
/*
 * explain_ppp.c - the sentences of PPP, on a serial line and on Ethernet
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_ppp[R_COUNT] = {
	W(PPP_STATE, "line protocol",
	  "{proto} goes from {from} to {to} ({event})",
	  "two ends agree on options step by step", "1661 4.1")
	W(PPP_LOOP, "line",
	  "hears itself: the magic number that came is its own",
	  "a line that is looped back looks like a peer who agrees with everything",
	  "1661 6.4")
	W(PPP_AUTH, "authentication",
	  "{who} has proved to be {name}",
	  "the other end asked for it before it lets packets pass", "1661 3.5")
	W(PPP_REFUSED, "authentication",
	  "{who} could not prove to be {name}",
	  "the secret is not the one that was agreed on", "1661 3.5")
	W(PPP_SILENT, "line",
	  "the peer has not answered {count} echo requests, nor said anything else",
	  "a serial line does not say when the other end has gone", "1661 5.8")
	W(PPP_ADDR, "addresses",
	  "this end is {=local}, the other is {=peer}",
	  "both ends have agreed on them", "1332 3.3")
	W(PPP_IID, "addresses",
	  "this end is {=local}, the other is {=peer}",
	  "both ends have agreed on the last 64 bits of them", "5072 4.1")
	W(PPP_CONF_REQ, "Configure-Request",
	  "{ppp.proto} Configure-Request[: {ppp.options}]",
	  "each end says what it would like; what it does not name is as usual",
	  "1661 5.1")
	W(PPP_CONF_ACK, "Configure-Ack",
	  "{ppp.proto} Configure-Ack: agreed[, {ppp.options}]",
	  "every wish of the other end suits this one", "1661 5.2")
	W(PPP_CONF_NAK, "Configure-Nak",
	  "{ppp.proto} Configure-Nak: rather[ {ppp.options}]",
	  "the wish is understood, its value does not suit; this one would",
	  "1661 5.3")
	W(PPP_CONF_REJ, "Configure-Reject",
	  "{ppp.proto} Configure-Reject: not at all[: {ppp.options}]",
	  "a wish that this end does not know or does not grant", "1661 5.4")
	W(PPP_TERM_REQ, "Terminate-Request",
	  "{ppp.proto} Terminate-Request: goodbye",
	  "who is done says so, so that the other end need not find out",
	  "1661 5.5")
	W(PPP_TERM_ACK, "Terminate-Ack",
	  "{ppp.proto} Terminate-Ack: goodbye",
	  "a goodbye is answered; so is what comes when nothing is open",
	  "1661 5.5")
	W(PPP_CODE_REJ, "Code-Reject",
	  "{ppp.proto} Code-Reject: does not know what that was",
	  "a packet with an unknown code is sent back", "1661 5.6")
	W(PPP_PROTO_REJ, "Protocol-Reject",
	  "LCP Protocol-Reject: does not speak {ppp.rejected}",
	  "the other end shall not try again", "1661 5.7")
	W(PPP_ECHO_REQ, "Echo-Request",
	  "LCP Echo-Request: are you still there?",
	  "a serial line does not say when the other end has gone", "1661 5.8")
	W(PPP_ECHO_REP, "Echo-Reply",
	  "LCP Echo-Reply: yes",
	  "it was asked", "1661 5.8")
	W(PPP_PAP_REQ, "PAP request",
	  "PAP: is[ {ppp.name}] and sends its password as it is",
	  "the other end asked for it; whoever listens knows it now", "1334 2.2.1")
	W(PPP_PAP_ACK, "PAP ack", "PAP: the password is right",
	  "name and password are those that were agreed on", "1334 2.2.2")
	W(PPP_PAP_NAK, "PAP nak", "PAP: the password is wrong",
	  "nobody gets a second guess on the same line", "1334 2.2.2")
	W(PPP_CHALLENGE, "CHAP challenge",
	  "CHAP: sends a challenge[ as {ppp.name}]",
	  "whoever knows the secret can answer it; the secret is never sent",
	  "1994 4.1")
	W(PPP_RESPONSE, "CHAP response",
	  "CHAP: answers the challenge[ as {ppp.name}]",
	  "the answer is a digest of identifier, secret and challenge", "1994 4.1")
	W(PPP_CHAP_SUCCESS, "CHAP success", "CHAP: the answer is right",
	  "the same digest was computed here", "1994 4.2")
	W(PPP_CHAP_FAILURE, "CHAP failure", "CHAP: the answer is wrong",
	  "it was not made with the secret that was agreed on", "1994 4.2")
	W(PPP_CARRIER, "line",
	  "the modem says that the line is {state}",
	  "a wire of its own tells whether there is anybody at the other end",
	  "1661 3.3")
	W(PPP_REDIAL, "line",
	  "dials again after {seconds} s",
	  "what ended without a refusal may have been an accident", "1661 3.2")
	W(PPPOE_PADI, "PADI",
	  "PADI: who offers[ the service {pppoe.service}]?",
	  "a client does not know who there is, so it asks everybody", "2516 5.1")
	W(PPPOE_PADO, "PADO",
	  "PADO: {pppoe.ac} does",
	  "and gives a cookie along, and keeps nothing itself", "2516 5.2")
	W(PPPOE_PADR, "PADR",
	  "PADR: then let us, and here is the cookie",
	  "the first offer is taken", "2516 5.3")
	W(PPPOE_PADS, "PADS",
	  "PADS: session {pppoe.session}[, no: {pppoe.error}]",
	  "the cookie is right, so the client is where it says", "2516 5.4")
	W(PPPOE_PADT, "PADT",
	  "PADT: session {pppoe.session} is over",
	  "either end may end it at any time", "2516 5.5")
	W(PPPOE_STATE, "PPPoE session",
	  "goes from {from} to {to}[, session {session}]",
	  "discovery goes step by step", "2516 5")
	W(PPPOE_ERROR, "PPPoE session",
	  "is refused: {text}",
	  "the other end said why", "2516 5.4")
	W(PPPOE_TIMER, "PPPoE session",
	  "nobody has answered for {seconds} s: asks again",
	  "a question or its answer may have been lost", "2516 5.1")
	W(PPP_RECEIVED, "frame",
	  "puts a packet together from the octets of the line",
	  NULL, "1662 4.2")
};
/* clang-format on */
