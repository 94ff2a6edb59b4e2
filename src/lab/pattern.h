/* SPDX-License-Identifier: MIT */
#ifndef LAB_PATTERN_H
#define LAB_PATTERN_H

/*
 * pattern.h - "tcp.SYN from laptop": naming frames and events
 *
 *	WHAT [NODE] [from NODE] [to NODE]
 *
 * WHAT is a frame, as it leaves the node that made it,
 *
 *	arp.request  arp.reply
 *	icmp.echo-request  icmp.echo-reply  icmp.unreachable
 *	icmp.time-exceeded
 *	udp.any  tcp.any  ip.any  frame.any
 *	tcp.SYN  tcp.SYN,ACK  tcp.FIN  tcp.RST ...	these flags
 *	tcp.ACK		nothing but an acknowledgement
 *	tcp.data	carries data
 *	dns.query  dns.answer
 *	http.GET  http.200 ...	begins a request or an answer
 *
 *	drop.sw_storm ...	dropped for this reason
 *
 * or else the name of an event as it stands in the log: tcp.retransmit,
 * nat.new, arp.learn.  NODE alone is either end.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/reason.h"

#include "lab/diag.h"
#include "lab/spec.h"

enum pattern_kind {
	PATTERN_EVENT,
	PATTERN_DROP,
	PATTERN_ANY,
	PATTERN_IP,
	PATTERN_ARP,
	PATTERN_ICMP,
	PATTERN_UDP,
	PATTERN_TCP,
	PATTERN_TCP_ACK,
	PATTERN_TCP_DATA,
	PATTERN_TCP_FLAGS,
	PATTERN_DNS,
	PATTERN_HTTP,
};

/**
 * struct pattern - a pattern, read
 * @kind:	What sort
 * @value:	Operation (ARP), type (ICMP), flags (TCP), QR bit (DNS),
 *		reason (drop)
 * @what:	PATTERN_EVENT: the event
 * @word:	PATTERN_HTTP: method or status
 * @any:	Either end, or NULL
 * @from:	Source, or NULL
 * @to:		Destination, or NULL
 */
struct pattern {
	enum pattern_kind kind;
	unsigned value;
	enum reason what;
	const char *word;
	struct lab_str any, from, to;
};

/**
 * pattern_parse() - Read a pattern
 * @p:		Filled in
 * @text:	The pattern and its place; errors point into it
 * @diag:	Errors go there, texts into its arena
 *
 * Names of nodes are not looked up.
 *
 * Return: whether it could be read
 */
bool pattern_parse(struct pattern *p, const struct lab_str *text,
		   struct diag *diag);

#endif /* LAB_PATTERN_H */
