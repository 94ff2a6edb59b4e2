// SPDX-License-Identifier: MIT
/*
 * schema_switch.c - what a lab file may say of the ports of a switch
 *
 * A part of the table in schema.c.
 */
#include "lab/schema.h"
#include "lab/schema_objects.h"

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define END {0}

static const char *const mirror_words[] = {
	[LAB_MIRROR_BOTH] = "both", [LAB_MIRROR_IN] = "in",
	[LAB_MIRROR_OUT] = "out", NULL};
static const char *const edge_words[] = {"auto", "no", "yes", NULL};
static const char *const guard_words[] = {"off", "on", NULL};
static const char *const dhcp_words[] = {"host", "server", NULL};

static const struct schema_field vlan_fields[] = {
	{"net", "its network; default: the next free 10.N.0.0/24",
	 FIELD_NET, AT(lab_vlan, net)},
	{"net6", "its IPv6 network, or auto: the next free fd00:N::/64",
	 FIELD_NET6, AT(lab_vlan, net6)},
	END
};
const struct schema_object schema_vlan = {
	"a VLAN", "vlan", sizeof(struct lab_vlan), vlan_fields, NULL};

static const struct schema_field port_fields[] = {
	{"vlan", "an access port: frames without a tag are of this VLAN, "
	 "others are dropped", FIELD_VALUE, VALUE_NUMBER, AT(lab_port, vlan)},
	{"trunk", "the VLANs whose frames have a tag here: [10, 20-29]",
	 FIELD_TEXTS, AT(lab_port, trunk)},
	{"native", "of a trunk, the VLAN whose frames have no tag; default: "
	 "none", FIELD_VALUE, VALUE_NUMBER, AT(lab_port, native),
	 .with = "trunk"},
	{"tunnel", "the VLAN inside which all that comes is carried, tags "
	 "too (802.1ad)", FIELD_VALUE, VALUE_NUMBER, AT(lab_port, tunnel)},
	{"mirror", "the other ports whose frames are copied to this one; it "
	 "gets nothing else", FIELD_NAMES, AT(lab_port, mirror)},
	{"direction", "which frames of them: those that come in, those that "
	 "go out, or both", FIELD_WORD, AT(lab_port, direction),
	 .words = mirror_words, .with = "mirror"},
	{"macs", "most addresses that are learned here", FIELD_VALUE,
	 VALUE_NUMBER, AT(lab_port, macs)},
	{"broadcast", "storm control: most broadcasts a second that come in",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_port, broadcast)},
	{"multicast", "the same for frames to groups", FIELD_VALUE,
	 VALUE_NUMBER, AT(lab_port, multicast)},
	{"unknown", "the same for frames to addresses that are not in the "
	 "table", FIELD_VALUE, VALUE_NUMBER, AT(lab_port, unknown)},
	{"dhcp", "server: servers of DHCP, or relays, are behind it; the "
	 "switch then marks what hosts at other ports ask, and believes no "
	 "answers from there", FIELD_WORD, AT(lab_port, dhcp),
	 .words = dhcp_words},
	{"cost", "spanning tree: of its cable; default: by its rate",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_port, cost)},
	{"priority", "spanning tree: a multiple of 16 up to 240, the least "
	 "wins; default 128", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_port, priority)},
	{"edge", "spanning tree: no switch is behind it; auto: if a host or a "
	 "router is there", FIELD_WORD, AT(lab_port, edge),
	 .words = edge_words},
	{"bpdu-guard", "spanning tree: a BPDU that comes in closes the port",
	 FIELD_WORD, AT(lab_port, guard), .words = guard_words},
	END
};
const struct schema_object schema_port = {
	"a port of a switch", "port", sizeof(struct lab_port), port_fields,
	NULL};
/* clang-format on */
