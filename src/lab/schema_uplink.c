// SPDX-License-Identifier: MIT
/*
 * schema_uplink.c - what a lab file may say about where it leads out: the map
 * `uplink` of a node
 */
#include "lab/schema.h"
#include "lab/schema_int.h"

static const char *const truth_words[] = {"false", "true", NULL};
static const char *const socket_words[] = {"host", NULL};

/* clang-format off */
#define AT(member) .offset = offsetof(struct lab_device, member)

static const struct schema_field fields[] = {
	{"tap", "a TAP device, whose far end is the kernel of this machine",
	 FIELD_TEXT, AT(tap)},
	{"interface", "an interface of this machine, which the kernel goes on "
	 "to use", FIELD_TEXT, AT(interface)},
	{"xdp", "an interface of this machine, whose frames the kernel does "
	 "not see any more", FIELD_TEXT, AT(xdp)},
	{"pcap", "a capture, pcap or pcapng: what was once seen comes again; "
	 "with virtual time, too", FIELD_TEXT, AT(pcap)},
	{"record", "a file for what the lab sends there", FIELD_TEXT,
	 AT(record), .with = "pcap"},
	{"sockets", "host: the sockets of this machine, to which a router "
	 "translates; needs no privilege", FIELD_WORD, AT(sockets),
	 .words = socket_words},
	{"loopback", "true: the router's own address stands for this "
	 "machine's 127.0.0.1, too", FIELD_WORD, AT(loopback),
	 .words = truth_words, .with = "sockets"},
	{"dns", "false: the router does not pass questions on to this "
	 "machine's resolvers", FIELD_WORD, AT(names), .preset = "true",
	 .words = truth_words, .with = "sockets"},
	{0}
};
/* clang-format on */

const struct schema_object schema_uplink = {"an uplink", "uplink",
					    sizeof(struct lab_device), fields,
					    "tap|interface|xdp|pcap|sockets"};
