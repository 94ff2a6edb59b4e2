/* SPDX-License-Identifier: MIT */
#ifndef LAB_SCHEMA_ROUTER_H
#define LAB_SCHEMA_ROUTER_H

/*
 * schema_router.h - the keys of a router; rows for the table of schema.c
 */

#include "lab/schema.h"

extern const struct schema_object schema_route, schema_filter;
extern const struct schema_object schema_forward, schema_rip;
extern const char *const schema_routing_words[], *const schema_rpf_words[];
extern const char *const schema_nat_words[], *const schema_switch_words[];
extern const char *const schema_yes_words[];

/* clang-format off */
#define ROUTER_ROWS(type, m)						\
	{"forward", "ports of its outside address that lead to servers "	\
	 "inside", FIELD_LIST, .offset = offsetof(struct type, m.forward),	\
	 .object = &schema_forward, .with = "nat"},			\
	{"nat-filter", "who may come in through a translation: peers that "	\
	 "were talked to, any port of their hosts, or anybody", FIELD_WORD,	\
	 .offset = offsetof(struct type, m.nat_filter),			\
	 .words = schema_nat_words, .with = "nat"},			\
	{"filter", "who may open connections through it; the first rule that "	\
	 "fits decides", FIELD_LIST, .offset = offsetof(struct type, m.filter),	\
	 .object = &schema_filter},					\
	{"proxy-arp", "true: it answers ARP for all that is reached through "	\
	 "it", FIELD_WORD, .offset = offsetof(struct type, m.proxy_arp),	\
	 .words = schema_yes_words},					\
	{"directed-broadcast", "true: it passes on broadcasts for its other "	\
	 "networks", FIELD_WORD, .offset = offsetof(struct type, m.directed),	\
	 .words = schema_yes_words},					\
	{"redirects", "on: it tells senders of a shorter way", FIELD_WORD,	\
	 .offset = offsetof(struct type, m.redirects),			\
	 .words = schema_switch_words},					\
	{"rpf", "which sources it refuses: those that it has no route to "	\
	 "(loose), or one by another interface (strict)", FIELD_WORD,	\
	 .offset = offsetof(struct type, m.rpf), .words = schema_rpf_words},	\
	{"icmp-rate", "ICMP errors a second to one sender; 0: none",	\
	 FIELD_VALUE, VALUE_NUMBER,					\
	 .offset = offsetof(struct type, m.icmp_rate)},			\
	{"multipath", "true: it takes all the shortest ways, not one",	\
	 FIELD_WORD, .offset = offsetof(struct type, m.multipath),	\
	 .words = schema_yes_words},					\
	{"routing", "how it knows its way; default: as the lab says",	\
	 FIELD_WORD, .offset = offsetof(struct type, m.routing),	\
	 .words = schema_routing_words},				\
	{"rip", "settings of RIP, if it speaks it", FIELD_OBJECT,	\
	 .offset = offsetof(struct type, m.rip), .object = &schema_rip}
/* clang-format on */

#endif /* LAB_SCHEMA_ROUTER_H */
