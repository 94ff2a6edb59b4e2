// SPDX-License-Identifier: MIT
/*
 * schema.c - every key that a lab file may have, as a table
 *
 * Theory of operation
 * ===================
 * Each kind of map is an object: a list of fields and the structure of spec.h
 * that they fill.  What the rows can say about a field on its own is said
 * here (type, unit, default, which other key it goes with); what concerns
 * several places of the file is checked in check.c.
 *
 * The rows of struct lab_cable stand in four objects (a LAN, a link, the
 * defaults, a fault), so they are a macro.
 */
#include "lab/schema.h"

#include <string.h>

#include "base/check.h"

#include "lab/schema_int.h"
#include "lab/schema_objects.h"
#include "lab/schema_router.h"

/* clang-format off */
#define AT(type, member) .offset = offsetof(struct type, member)
#define END {0}

static const char *const fec_words[] = {"off", "reed-solomon", NULL};

#define CABLE_ROWS(type, d, r, z, q)					\
	{"delay", "time a frame travels", FIELD_VALUE, VALUE_DURATION,	\
	 AT(type, cable.delay), d},					\
	{"jitter", "extra time, different for each frame, from 0 to this",\
	 FIELD_VALUE, VALUE_DURATION, AT(type, cable.jitter), z},	\
	{"rate", "bits a second; 0: no limit", FIELD_VALUE, VALUE_RATE,	\
	 AT(type, cable.rate), r},					\
	{"loss", "share of frames that vanish", FIELD_VALUE,		\
	 VALUE_PERCENT, AT(type, cable.loss), z},			\
	{"dup", "share of frames that arrive twice", FIELD_VALUE,	\
	 VALUE_PERCENT, AT(type, cable.dup), z},			\
	{"corrupt", "share of frames with a flipped bit", FIELD_VALUE,	\
	 VALUE_PERCENT, AT(type, cable.corrupt), z},			\
	{"bit-errors", "share of bits that are flipped", FIELD_VALUE,	\
	 VALUE_PERCENT, AT(type, cable.bit_errors), z},			\
	{"fec", "forward error correction", FIELD_WORD,			\
	 .offset = offsetof(struct type, cable.fec), .words = fec_words},\
	{"reorder", "share of frames that are overtaken", FIELD_VALUE,	\
	 VALUE_PERCENT, AT(type, cable.reorder), z},			\
	{"queue", "room for frames that wait for the wire", FIELD_VALUE,\
	 VALUE_SIZE, AT(type, cable.queue), q},				\
	{"ecn", "mark what finds more than this waiting; 0: never",	\
	 FIELD_VALUE, VALUE_SIZE, AT(type, cable.ecn), z}

static const char *const truth_words[] = {"false", "true", NULL};
static const char *const dhcp6_words[] = {
	[LAB_DHCP6_NONE] = "none", [LAB_DHCP6_MANAGED] = "managed",
	[LAB_DHCP6_OTHER] = "other", NULL};
static const char *const snooping_words[] = {"on", "off", NULL};
static const char *const lan_kinds[] = {"switch", "hub", NULL};

static const struct schema_field lan_fields[] = {
	{"net", "its network; default: the next free 10.N.0.0/24",
	 FIELD_NET, AT(lab_lan, net)},
	{"net6", "its IPv6 network, or auto: the next free fd00:N::/64",
	 FIELD_NET6, AT(lab_lan, net6)},
	{"slaac", "true: hosts make their IPv6 addresses themselves, from what "
	 "routers advertise", FIELD_WORD, AT(lab_lan, slaac),
	 .words = truth_words},
	{"dhcp6", "what routers say of DHCPv6: hosts get their addresses by it "
	 "(managed), or only what else they need (other)", FIELD_WORD,
	 AT(lab_lan, dhcp6), .preset = "none", .words = dhcp6_words},
	{"join", "the nodes plugged into it", FIELD_NAMES,
	 AT(lab_lan, join), .is_needed = true},
	{"kind", "what they are plugged into; a hub is one wire for all, "
	 "10mbit unless rate says otherwise", FIELD_WORD, AT(lab_lan, kind),
	 .preset = "switch", .words = lan_kinds},
	{"snooping", "off: its switch sends what is for a group to everybody",
	 FIELD_WORD, AT(lab_lan, snooping), .words = snooping_words},
	{"gateway", "the router that its hosts send to; default: the first "
	 "that does not hide behind NAT here", FIELD_NAME,
	 AT(lab_lan, gateway)},
	CABLE_ROWS(lab_lan, NULL, NULL, NULL, NULL),
	END
};

static const char *const arp_words[] = {"known", "asked", NULL};

static const char *const link_kinds[] = {
	[LAB_LINK_ETHERNET] = "ethernet", [LAB_LINK_SERIAL] = "serial", NULL};

static const struct schema_field link_fields[] = {
	{"net", "its network; default: the next free /30 of 10.255.0.0/16",
	 FIELD_NET, AT(lab_link, net)},
	{"net6", "its IPv6 network, or auto: the next free fd00:N::/64",
	 FIELD_NET6, AT(lab_link, net6)},
	{"arp", "whether its ends know each other's MAC addresses from the "
	 "beginning, or ask", FIELD_WORD, AT(lab_link, arp),
	 .preset = "known", .words = arp_words},
	{"kind", "what it carries: Ethernet frames; or octets, one bit after "
	 "the other, and PPP on it", FIELD_WORD, AT(lab_link, kind),
	 .preset = "ethernet", .words = link_kinds},
	{"ppp", "how the two ends agree", FIELD_OBJECT, AT(lab_link, ppp),
	 .object = &schema_ppp},
	CABLE_ROWS(lab_link, NULL, NULL, NULL, NULL),
	END
};

static const struct schema_field default_link_fields[] = {
	CABLE_ROWS(lab_default_link, "1ms", "1gbit", "0", "256KiB"),
	END
};

static const struct schema_field default_host_fields[] = {
	{"dns", "the resolver of every host", FIELD_NAMES,
	 AT(lab_default_host, dns)},
	END
};

static const struct schema_object lan_object = {
	"a LAN", "lan", sizeof(struct lab_lan), lan_fields, NULL};
static const struct schema_object link_object = {
	"a link", "link", sizeof(struct lab_link), link_fields, NULL};
static const struct schema_object default_link_object = {
	"the default link", "default-link", sizeof(struct lab_default_link),
	default_link_fields, NULL};
static const struct schema_object default_host_object = {
	"the default host", "default-host", sizeof(struct lab_default_host),
	default_host_fields, NULL};

static const struct schema_field defaults_fields[] = {
	{"link", "what a cable does unless it says otherwise", FIELD_OBJECT,
	 AT(lab_defaults, link), .object = &default_link_object},
	{"host", "what a host has unless it says otherwise", FIELD_OBJECT,
	 AT(lab_defaults, host), .object = &default_host_object},
	END
};
static const struct schema_object defaults_object = {
	"the defaults", "defaults", sizeof(struct lab_defaults),
	defaults_fields, NULL};

static const char *const address_words[] = {
	[LAB_STATIC] = "static", [LAB_DHCP] = "dhcp", [LAB_BOOTP] = "bootp",
	[LAB_RARP] = "rarp", [LAB_INFORM] = "inform", [LAB_NONE] = "none",
	NULL};

static const struct schema_field iface_fields[] = {
	{"on", "the LAN, or the node at the other end of the cable",
	 FIELD_NAME, AT(lab_iface, on), .is_needed = true},
	{"vlan", "it is the one for this VLAN, on a trunk: eth0.10",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_iface, vlan)},
	{"ip", "its address", FIELD_IP, AT(lab_iface, ip)},
	{"address", "where it has its address from; static: from this file; "
	 "inform: from this file, and it asks for the rest by DHCP; none: it "
	 "has none",
	 FIELD_WORD, AT(lab_iface, address), .words = address_words},
	{"ip6", "its IPv6 address", FIELD_IP6, AT(lab_iface, ip6)},
	{"mac", "its link address; default: 02 and a hash of its name",
	 FIELD_MAC, AT(lab_iface, mac)},
	{"mtu", "largest IP packet", FIELD_VALUE, VALUE_SIZE,
	 AT(lab_iface, mtu), "1500B"},
	END
};
static const struct schema_object iface_object = {
	"an interface", "interface", sizeof(struct lab_iface), iface_fields,
	NULL};

static const struct schema_field serve_fields[] = {
	{"http", "directory of the pages", FIELD_TEXT, AT(lab_serve, http),
	 .is_needed = true},
	END
};
static const struct schema_object serve_object = {
	"what to serve", "serve", sizeof(struct lab_serve), serve_fields,
	NULL};

const char *const schema_kinds[] = {
	[LAB_HOST]	= "host",
	[LAB_ROUTER]	= "router",
	[LAB_SWITCH]	= "switch",
	[LAB_HUB]	= "hub",
	[LAB_UPLINK]	= "uplink",
	[LAB_DNS]	= "dns",
	[LAB_RESOLVER]	= "dns-resolver",
	NULL
};

static const char *const stp_words[] = {"off", "on", NULL};
static const char *const loop_words[] = {"opened", "kept", NULL};

static const struct schema_field node_fields[] = {
	{"kind", "what it is", FIELD_WORD, AT(lab_node, kind),
	 .preset = "host", .words = schema_kinds},
	{"ip", "address of its only interface; of an uplink: what the far end "
	 "has, and nobody else gets", FIELD_IP, AT(lab_node, ip)},
	{"ip6", "IPv6 address of its only interface", FIELD_IP6,
	 AT(lab_node, ip6)},
	{"steal-ip6", "by mistake it wants the IPv6 address of this node, too",
	 FIELD_NAME, AT(lab_node, steal_ip6)},
	{"address", "where its only interface has its address from",
	 FIELD_WORD, AT(lab_node, address), .words = address_words},
	{"dhcp", "gives addresses by DHCP and BOOTP", FIELD_OBJECT,
	 AT(lab_node, dhcp), .object = &schema_dhcp},
	{"dhcp6", "gives addresses by DHCPv6, or only tells the rest",
	 FIELD_OBJECT, AT(lab_node, dhcp6), .object = &schema_dhcp6},
	{"dhcp-relay", "the servers to which it carries questions of DHCP and "
	 "BOOTP: nodes, or addresses", FIELD_TEXTS, AT(lab_node, dhcp_relay)},
	{"dhcp6-relay", "the same for DHCPv6: nodes, or IPv6 addresses",
	 FIELD_TEXTS, AT(lab_node, dhcp6_relay)},
	{"pppoe", "speaks PPP over the Ethernet of a LAN", FIELD_OBJECT,
	 AT(lab_node, pppoe), .object = &schema_pppoe},
	{"rarp", "nodes that it tells their address by RARP", FIELD_PAIRS,
	 AT(lab_node, rarp)},
	{"interfaces", "its interfaces, by name", FIELD_MAP,
	 AT(lab_node, interfaces), .object = &iface_object},
	{"gateway", "the router it sends everything else to", FIELD_IP,
	 AT(lab_node, gateway)},
	{"routes", "networks that are not attached, and the way to them; "
	 "default for routers: the shortest", FIELD_LIST,
	 AT(lab_node, routes), .object = &schema_route},
	{"dns", "the resolvers it asks", FIELD_NAMES, AT(lab_node, dns)},
	{"hosts", "its hosts file: a name, and a node or an address",
	 FIELD_PAIRS, AT(lab_node, hosts)},
	{"nat", "the LAN whose addresses it hides behind its own", FIELD_NAME,
	 AT(lab_node, nat)},
	{"groups", "true: a router asks who wants which group, and passes on "
	 "what is sent to them", FIELD_WORD, AT(lab_node, groups),
	 .words = truth_words},
	{"snooping", "of a switch; off: it sends what is for a group to "
	 "everybody", FIELD_WORD, AT(lab_node, snooping),
	 .words = snooping_words},
	{"sysctl", "settings of its TCP: a name, and a number", FIELD_PAIRS,
	 AT(lab_node, sysctl)},
	ROUTER_ROWS(lab_node, router),
	{"net", "network of a switch or an uplink and all that hangs on it", FIELD_NET,
	 AT(lab_node, net)},
	{"net6", "IPv6 network of a switch and all that hangs on it, or auto",
	 FIELD_NET6, AT(lab_node, net6)},
	{"tap", "an uplink's TAP device, whose far end is the kernel of this "
	 "machine", FIELD_TEXT, AT(lab_node, tap)},
	{"uplink", "it is an uplink, and leads there", FIELD_OBJECT,
	 AT(lab_node, uplink), .object = &schema_uplink},
	{"stp", "a switch negotiates with others which cables to use",
	 FIELD_WORD, AT(lab_node, stp), .words = stp_words},
	{"loops", "of switches that do not negotiate: opened before the lab "
	 "begins, or kept, so that frames go round", FIELD_WORD,
	 AT(lab_node, loops), .words = loop_words},
	{"priority", "of a switch, a multiple of 4096; the least becomes the "
	 "root; default 32768", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_node, priority), .with = "stp"},
	{"ageing", "how long a switch remembers an address; default 300s",
	 FIELD_VALUE, VALUE_DURATION, AT(lab_node, ageing)},
	{"macs", "most addresses that a switch remembers; default 8192",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_node, macs)},
	{"vlans", "the VLANs of a switch, by number", FIELD_MAP,
	 AT(lab_node, vlans), .object = &schema_vlan},
	{"ports", "the ports of a switch, by the node at the other end",
	 FIELD_MAP, AT(lab_node, ports), .object = &schema_port},
	{"vlan", "the VLAN to which its port at the switch belongs",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_node, vlan)},
	{"root", "where a resolver begins", FIELD_NAMES, AT(lab_node, root)},
	{"zone", "the names that a server knows", FIELD_DOMAIN,
	 AT(lab_node, zone)},
	{"delegate", "parts of the zone that other servers know", FIELD_PAIRS,
	 AT(lab_node, delegate), .with = "zone"},
	{"records", "a name, and a node, an address or \"TYPE data\"; ttl: "
	 "how long answers may be kept", FIELD_PAIRS, AT(lab_node, records),
	 .with = "zone"},
	{"zone-file", "the same from a file in RFC 1035 form", FIELD_TEXT,
	 AT(lab_node, zone_file), .with = "zone"},
	{"serve", "the built-in servers that run there", FIELD_OBJECT,
	 AT(lab_node, serve), .object = &serve_object},
	{"run", "a real program and its arguments", FIELD_TEXTS,
	 AT(lab_node, run), .may_be_empty = true},
	END
};
static const struct schema_object node_object = {
	"a node", "node", sizeof(struct lab_node), node_fields, NULL};

static const char *const over_words[] = {"any", "ipv4", "ipv6", NULL};

static const struct schema_field drop_fields[] = {
	{"from", "the node whose packets vanish", FIELD_NAME,
	 AT(lab_drop, from), .is_needed = true},
	{"to", "on the way to this node", FIELD_NAME, AT(lab_drop, to),
	 .is_needed = true},
	{"over", "only with this version of IP", FIELD_WORD,
	 AT(lab_drop, over), .words = over_words},
	END
};
static const struct schema_object drop_object = {
	"a one-way drop", "drop", sizeof(struct lab_drop), drop_fields, NULL};

static const struct schema_field fault_fields[] = {
	{"link", "the cable: a -- b, where b may be a LAN", FIELD_WIRE,
	 AT(lab_fault, link)},
	{"down", "carries nothing, for that long", FIELD_FLAG, VALUE_DURATION,
	 AT(lab_fault, down), .with = "link"},
	CABLE_ROWS(lab_fault, NULL, NULL, NULL, NULL),
	{"partition", "groups of nodes; none reaches another group",
	 FIELD_GROUPS, AT(lab_fault, partition)},
	{"drop", "one direction between two nodes", FIELD_OBJECT,
	 AT(lab_fault, drop), .object = &drop_object},
	{"match", "one frame exactly: \"tcp.SYN from laptop\"", FIELD_TEXT,
	 AT(lab_fault, match)},
	{"nth", "which of the frames that match", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_fault, nth), "1", .with = "match"},
	{"host", "the node that", FIELD_NAME, AT(lab_fault, host)},
	{"freeze", "does nothing, for that long", FIELD_FLAG, VALUE_DURATION,
	 AT(lab_fault, freeze), .with = "host"},
	{"kill", "loses power", FIELD_FLAG, VALUE_NUMBER,
	 AT(lab_fault, kill), .with = "host"},
	{"restart", "loses power and starts again", FIELD_FLAG, VALUE_NUMBER,
	 AT(lab_fault, restart), .with = "host"},
	{"from", "when it begins, if the line has no `at`", FIELD_VALUE,
	 VALUE_DURATION, AT(lab_fault, from)},
	{"until", "when it ends", FIELD_VALUE, VALUE_DURATION,
	 AT(lab_fault, until)},
	{"for", "how long it lasts", FIELD_VALUE, VALUE_DURATION,
	 AT(lab_fault, for_)},
	END
};
const struct schema_object schema_fault = {
	"a fault", "fault", sizeof(struct lab_fault), fault_fields,
	"link|partition|drop|match|host"};

static const struct schema_field line_fields[] = {
	{"at", "when, from the start of the lab", FIELD_VALUE, VALUE_DURATION,
	 AT(lab_line, when)},
	{"on", "the node that does it", FIELD_NAME, AT(lab_line, on),
	 .with = "visit|ping|trace|connect|join|leave|send|run"},
	{"visit", "open this URL in the browser", FIELD_TEXT,
	 AT(lab_line, visit), .with = "on"},
	{"ping", "send echo requests to this node or address", FIELD_TEXT,
	 AT(lab_line, ping), .with = "on"},
	{"trace", "find the way to this node or address, router by router",
	 FIELD_TEXT, AT(lab_line, trace), .with = "on"},
	{"over", "only with this version of IP", FIELD_WORD,
	 AT(lab_line, over), .words = over_words,
	 .with = "visit|ping|trace"},
	{"connect", "keep a connection to this NODE:PORT, a web server, and "
	 "ask again and again for its page", FIELD_TEXT,
	 AT(lab_line, connect), .with = "on"},
	{"keepalive", "have TCP ask after this much silence whether the "
	 "other end is there", FIELD_VALUE, VALUE_DURATION,
	 AT(lab_line, keepalive), .with = "connect"},
	{"count", "how many", FIELD_VALUE, VALUE_NUMBER, AT(lab_line, count),
	 "4", .with = "ping|connect|send"},
	{"every", "time between two", FIELD_VALUE, VALUE_DURATION,
	 AT(lab_line, every), "1s", .with = "ping|connect|send"},
	{"size", "octets of data in each", FIELD_VALUE, VALUE_SIZE,
	 AT(lab_line, size), "56B", .with = "ping|send"},
	{"join", "hear what is sent to this GROUP or GROUP:PORT; port 5004 "
	 "unless it says another", FIELD_TEXT, AT(lab_line, join),
	 .with = "on"},
	{"leave", "hear it no more", FIELD_TEXT, AT(lab_line, leave),
	 .with = "on"},
	{"also", "more nodes that do the same", FIELD_NAMES,
	 AT(lab_line, also), .with = "join|leave"},
	{"only", "only from these nodes or addresses", FIELD_TEXTS,
	 AT(lab_line, only), .with = "join"},
	{"but", "from all but these", FIELD_TEXTS, AT(lab_line, but),
	 .with = "join"},
	{"send", "send datagrams to this GROUP or GROUP:PORT", FIELD_TEXT,
	 AT(lab_line, send), .with = "on"},
	{"ttl", "how many links they may cross; 1 stays on the first",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_line, ttl), "1", .with = "send"},
	{"run", "start a real program; its words", FIELD_TEXTS,
	 AT(lab_line, run), .with = "on", .may_be_empty = true},
	{"fault", "break something", FIELD_OBJECT, AT(lab_line, fault),
	 .object = &schema_fault},
	END
};
static const struct schema_object line_object = {
	"a line of the script", "line", sizeof(struct lab_line), line_fields,
	"visit|ping|trace|connect|join|leave|send|run|fault"};

#define VISIT_CMP(key, help, unit, member) \
	{key, help, FIELD_CMP, unit, AT(lab_expect, member), .with = "visit"}
#define PING_CMP(key, help, unit, member) \
	{key, help, FIELD_CMP, unit, AT(lab_expect, member), .with = "ping"}

static const struct schema_field expect_fields[] = {
	{"visit", "about that visit of the script, counted from 1",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_expect, visit)},
	{"status", "of a visit: HTTP status, 0: none came; of a program: what it "
	 "ended with", FIELD_CMP, VALUE_NUMBER, AT(lab_expect, status),
	 .with = "visit|run"},
	VISIT_CMP("body", "octets of the page", VALUE_SIZE, body),
	VISIT_CMP("time", "until the page was shown", VALUE_DURATION, time),
	VISIT_CMP("dns-queries", "questions that it caused, all servers",
		  VALUE_NUMBER, dns_queries),
	VISIT_CMP("tcp-handshakes", "connections that it opened",
		  VALUE_NUMBER, tcp_handshakes),
	VISIT_CMP("retransmissions", "segments that it caused to be sent again",
		  VALUE_NUMBER, retransmissions),
	{"ping", "about that ping of the script, counted from 1",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_expect, ping)},
	{"sent", "requests, or datagrams", FIELD_CMP, VALUE_NUMBER,
	 AT(lab_expect, sent), .with = "ping|send"},
	{"received", "answers; or datagrams, by all hosts together", FIELD_CMP,
	 VALUE_NUMBER, AT(lab_expect, received), .with = "ping|send"},
	PING_CMP("rtt", "of each answer", VALUE_DURATION, rtt),
	{"run", "about that program of the script, counted from 1",
	 FIELD_VALUE, VALUE_NUMBER, AT(lab_expect, run)},
	{"order", "these happen in this order", FIELD_TEXTS,
	 AT(lab_expect, order)},
	{"at-end", "about that node, when the lab is over", FIELD_NAME,
	 AT(lab_expect, at_end)},
	{"tcp", "its connections: \"* > web:80\"", FIELD_TEXT,
	 AT(lab_expect, tcp), .with = "at-end"},
	{"state", "state that they are in, as in RFC 9293; CLOSED: none is left",
	 FIELD_TEXT, AT(lab_expect, state), .with = "at-end"},
	{"count", "events like this one", FIELD_TEXT, AT(lab_expect, count)},
	{"is", "how many", FIELD_CMP, VALUE_NUMBER, AT(lab_expect, is),
	 .with = "count|unwanted"},
	{"send", "about that send of the script, counted from 1", FIELD_VALUE,
	 VALUE_NUMBER, AT(lab_expect, send)},
	{"by", "these nodes hear each datagram exactly once, and nobody else "
	 "does", FIELD_NAMES, AT(lab_expect, by), .with = "send"},
	{"switch", "about that switch, or that LAN's", FIELD_NAME,
	 AT(lab_expect, switch_)},
	{"grouped", "frames for a group that it sent only where somebody wants "
	 "them", FIELD_CMP, VALUE_NUMBER, AT(lab_expect, grouped),
	 .with = "switch"},
	{"spared", "copies that a flood would have made of them", FIELD_CMP,
	 VALUE_NUMBER, AT(lab_expect, spared), .with = "switch"},
	{"flooded", "frames that it sent everywhere", FIELD_CMP, VALUE_NUMBER,
	 AT(lab_expect, flooded), .with = "switch"},
	{"unwanted", "datagrams that reached this node though it had not joined "
	 "their group", FIELD_NAME, AT(lab_expect, unwanted)},
	{"lost", "frames that did not arrive, in all of the lab", FIELD_CMP,
	 VALUE_NUMBER, AT(lab_expect, lost)},
	END
};
static const struct schema_object expect_object = {
	"an expectation", "expectation", sizeof(struct lab_expect),
	expect_fields, "visit|ping|run|order|at-end|count|lost|send|switch|unwanted"};

static const struct schema_field repeat_fields[] = {
	{"i", "first..last", FIELD_TEXT, AT(lab_repeat, i),
	 .is_needed = true},
	{"node", "name of each node, with ${i} in it", FIELD_TEXT,
	 AT(lab_repeat, node), .is_needed = true},
	{"join", "the LAN it joins", FIELD_TEXT, AT(lab_repeat, join)},
	{"link", "a cable: \"h${i} -- core\"", FIELD_TEXT,
	 AT(lab_repeat, link)},
	{"as", "what each node says", FIELD_TREE, AT(lab_repeat, as)},
	END
};
const struct schema_object schema_repeat = {
	"a repetition", "repeat", sizeof(struct lab_repeat), repeat_fields,
	NULL};

static const char *const time_words[] = {
	[LAB_VIRTUAL] = "virtual", [LAB_REAL] = "real", NULL};

static const struct schema_field lab_fields[] = {
	{"name", "name of the lab and of its folder; default: the file's",
	 FIELD_NAME, AT(lab_spec, name)},
	{"about", "what it shows", FIELD_TEXT, AT(lab_spec, about)},
	{"time", "virtual: the same every run; real: follows the clock",
	 FIELD_WORD, AT(lab_spec, time), .preset = "virtual",
	 .words = time_words},
	{"routing", "how routers know their way: from this file, or by RIP",
	 FIELD_WORD, AT(lab_spec, routing), .preset = "static",
	 .words = schema_routing_words},
	{"ipv6", "true: every LAN and link has an IPv6 network, too", FIELD_WORD,
	 AT(lab_spec, ipv6), .words = truth_words},
	{"seed", "of all that is left to chance", FIELD_VALUE, VALUE_NUMBER,
	 AT(lab_spec, seed), "1"},
	{"until", "when the lab ends; default: soon after the script is done",
	 FIELD_VALUE, VALUE_DURATION, AT(lab_spec, until)},
	{"defaults", "for what is not said below", FIELD_OBJECT,
	 AT(lab_spec, defaults), .object = &defaults_object},
	{"lans", "switches, each with everything plugged into it", FIELD_MAP,
	 AT(lab_spec, lans), .object = &lan_object},
	{"links", "cables: a -- b", FIELD_LINKS, AT(lab_spec, links),
	 .object = &link_object},
	{"nodes", "what is not the default", FIELD_MAP, AT(lab_spec, nodes),
	 .object = &node_object},
	{"repeat", "many nodes alike", FIELD_LIST, AT(lab_spec, repeat),
	 .object = &schema_repeat},
	{"script", "what happens", FIELD_LIST, AT(lab_spec, script),
	 .object = &line_object},
	{"expect", "what must come of it", FIELD_LIST, AT(lab_spec, expect),
	 .object = &expect_object},
	END
};
const struct schema_object schema_lab = {
	"a lab", "lab", sizeof(struct lab_spec), lab_fields, NULL};
/* clang-format on */

const struct schema_field *schema_find(const struct schema_object *o,
				       const char *key)
{
	const struct schema_field *f;

	for (f = o->fields; f->key; f++)
		if (strcmp(f->key, key) == 0)
			return f;
	return NULL;
}

const struct schema_object *schema_find_object(const char *key)
{
	const struct schema_field *f = schema_find(&schema_lab, key);

	check(f && f->object);
	return f->object;
}

bool schema_list_has(const char *list, const char *key)
{
	size_t len = strlen(key);

	while (list) {
		if (strncmp(list, key, len) == 0 &&
		    (list[len] == '|' || !list[len]))
			return true;
		list = strchr(list, '|');
		list = list ? list + 1 : NULL;
	}
	return false;
}

bool schema_is_set(const struct schema_field *f, const void *base)
{
	const void *m = schema_member_const(f, base);

	switch (f->type) {
	case FIELD_VALUE:
	case FIELD_FLAG:
	case FIELD_WORD:
		return ((const struct lab_num *)m)->is_set;
	case FIELD_CMP:
		return ((const struct lab_cmp *)m)->is_set;
	case FIELD_TEXT:
	case FIELD_NAME:
	case FIELD_DOMAIN:
		return ((const struct lab_str *)m)->s;
	case FIELD_IP:
		return ((const struct lab_ip *)m)->is_set;
	case FIELD_NET:
		return ((const struct lab_net *)m)->is_set;
	case FIELD_IP6:
		return ((const struct lab_ip6 *)m)->is_set;
	case FIELD_NET6:
		return ((const struct lab_net6 *)m)->is_set;
	case FIELD_MAC:
		return ((const struct lab_mac *)m)->is_set;
	case FIELD_WIRE:
		return ((const struct lab_wire *)m)->a.s;
	case FIELD_OBJECT:
		return ((const struct lab_item *)m)->is_set;
	case FIELD_TREE:
		return *(const struct tree *const *)m;
	case FIELD_NAMES:
	case FIELD_TEXTS:
	case FIELD_GROUPS:
	case FIELD_PAIRS:
	case FIELD_MAP:
	case FIELD_LIST:
	case FIELD_LINKS:
	default:
		return ((const struct lab_seq *)m)->is_set;
	}
}
