// SPDX-License-Identifier: MIT
/*
 * schema_router.c - the keys of what a router has: routes, rules, forwards, RIP
 */
#include "lab/schema_router.h"

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define END {0}

const char *const schema_yes_words[] = {"false", "true", NULL};
const char *const schema_switch_words[] = {"off", "on", NULL};
const char *const schema_rpf_words[] = {"off", "loose", "strict", NULL};
const char *const schema_nat_words[] = {"peers", "hosts", "anybody", NULL};
const char *const schema_routing_words[] = {
	[LAB_ROUTING_STATIC] = "static", [LAB_ROUTING_RIP] = "rip", NULL};

static const struct schema_field route_fields[] = {
	{"to", "for these addresses", FIELD_NET, AT(lab_route, to),
	 .is_needed = true},
	{"via", "the next router; of several each flow takes one", FIELD_TEXTS,
	 AT(lab_route, via),
	 .is_needed = true},
	END
};
const struct schema_object schema_route = {
	"a route", "route", sizeof(struct lab_route), route_fields, NULL};

static const char *const filter_protos[] = {"any", "tcp", "udp", "icmp", NULL};
static const char *const filter_rests[] = {"deny", "allow", NULL};
static const char *const filter_states[] = {"open", "opening", "closed",
	"one-sided", "datagrams", "echo", NULL};

static const struct schema_field filter_fields[] = {
	{"allow", "let connections of this protocol be opened", FIELD_WORD,
	 AT(lab_filter, allow), .words = filter_protos},
	{"deny", "do not, and say nothing", FIELD_WORD, AT(lab_filter, deny),
	 .words = filter_protos},
	{"reject", "do not, and say so: by a reset, or by an ICMP error",
	 FIELD_WORD, AT(lab_filter, reject), .words = filter_protos},
	{"from", "by this LAN, node or network; default: anybody", FIELD_TEXT,
	 AT(lab_filter, from), .with = "allow|deny|reject"},
	{"to", "to this LAN, node or network; default: anybody", FIELD_TEXT,
	 AT(lab_filter, to), .with = "allow|deny|reject"},
	{"port", "to this port", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_filter, port), .with = "allow|deny|reject"},
	{"default", "what happens where no rule fits; default: deny",
	 FIELD_WORD, AT(lab_filter, rest), .words = filter_rests},
	{"idle", "how long a silent connection is remembered", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_filter, idle)},
	{"limit", "connections that one host may have open", FIELD_VALUE,
	 VALUE_NUMBER, AT(lab_filter, limit)},
	{"state", "if it is in this state", FIELD_WORD,
	 AT(lab_filter, state), .preset = "open", .words = filter_states,
	 .with = "idle"},
	END
};
const struct schema_object schema_filter = {
	"an entry of a filter", "filter", sizeof(struct lab_filter),
	filter_fields, "allow|deny|reject|default|idle|limit"};

static const struct schema_field forward_fields[] = {
	{"tcp", "this port of TCP", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_forward, tcp)},
	{"udp", "this port of UDP", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_forward, udp)},
	{"to", "leads there: NODE:PORT or ADDRESS:PORT", FIELD_TEXT,
	 AT(lab_forward, to), .is_needed = true},
	END
};
const struct schema_object schema_forward = {
	"a forward", "forward", sizeof(struct lab_forward), forward_fields,
	"tcp|udp"};

static const char *const horizon_words[] = {"poison", "split", "none", NULL};

static const struct schema_field rip_fields[] = {
	{"update", "time between two messages to the neighbours", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_rip, update), "30s"},
	{"timeout", "a route that is not heard of for so long is gone",
	 FIELD_VALUE, VALUE_DURATION, AT(lab_rip, timeout), "180s"},
	{"garbage", "how long neighbours are told that it is gone",
	 FIELD_VALUE, VALUE_DURATION, AT(lab_rip, garbage), "120s"},
	{"triggered", "how long news waits at most", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_rip, triggered), "5s"},
	{"horizon", "what a neighbour is told of the routes that it told us: "
	 "that they lead nowhere (poison), nothing (split), or all (none)",
	 FIELD_WORD, AT(lab_rip, horizon), .preset = "poison",
	 .words = horizon_words},
	{"blind", "true: it does not see whether a cable has a signal",
	 FIELD_WORD, AT(lab_rip, blind), .words = schema_yes_words},
	{"password", "in every message, for all to read", FIELD_TEXT,
	 AT(lab_rip, password)},
	{"md5", "a secret of which every message has a digest", FIELD_TEXT,
	 AT(lab_rip, md5)},
	{"key-id", "number of that secret", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_rip, key_id), "1", .with = "md5"},
	{"passive", "LANs on which it listens and says nothing", FIELD_NAMES,
	 AT(lab_rip, passive)},
	END
};
const struct schema_object schema_rip = {
	"settings of RIP", "rip", sizeof(struct lab_rip), rip_fields, NULL};
/* clang-format on */
