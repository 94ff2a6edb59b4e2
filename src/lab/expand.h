/* SPDX-License-Identifier: MIT */
#ifndef LAB_EXPAND_H
#define LAB_EXPAND_H

/*
 * expand.h - everything that a lab file leaves out
 *
 * Each pass fills in what is not set and says what contradicts itself; the
 * order is that of expand.c.  Expanding an expanded lab changes nothing.
 */

#include "base/mem.h"

#include "lab/lab.h"

struct dns_zone;
struct dns_zone_error;
struct pattern;

/**
 * expand() - Fill in all of lab->spec, and make lab->topo
 * @lab:	As read; errors go to lab->diag
 * @mem:	For tables
 */
void expand(struct lab *lab, struct mem *mem);

/* Networks of all segments (address.c). */
void expand_nets(struct lab *lab);

/* Gateways of segments, addresses of interfaces (address.c). */
void expand_addresses(struct lab *lab);

/* Link addresses of interfaces (mac.c). */
void expand_macs(struct lab *lab);

/* IPv6: networks, addresses, routes, all that is wanted of it (ip6.c). */
void expand_ip6(struct lab *lab);

/* Of a node with `steal-ip6`: the address; NULL: none. */
const struct lab_ip6 *expand_stolen_ip6(const struct lab *lab,
					const struct lab_node *thief);

/* Does the interface make its IPv6 address itself? */
bool expand_is_slaac(const struct lab *lab, const struct lab_node *node,
		     const struct lab_iface *iface);

/* Does the interface wait for a DHCPv6 server to give it one? */
bool expand_is_managed(const struct lab *lab, const struct lab_node *node,
		       const struct lab_iface *iface);

/* Gateways of hosts, routes of routers (route.c). */
void expand_routes(struct lab *lab);

/* Resolvers, zones, delegations with their glue (zone.c). */
void expand_names(struct lab *lab);

/**
 * zone_make() - The zone of a DNS server, from its records or its zone-file
 * @lab:	Expanded
 * @node:	Of kind dns
 * @mem:	Where its index comes from
 * @zone:	Set on success; goes with dns_zone_free()
 * @error:	Says what is wrong and in which line, or NULL
 *
 * Return: 0, -EINVAL, -ENOMEM, or -errno of the file
 */
int zone_make(const struct lab *lab, const struct lab_node *node,
	      struct mem *mem, struct dns_zone **zone,
	      struct dns_zone_error *error);

/* Is every zone one that a server can load? (zone_check.c) */
void check_zones(struct lab *lab);

/* Append a zone in the form of RFC 1035, 5. */
void zone_text(const struct lab_node *node, struct strbuf *out);

/* What each kind of node may have (check_node.c). */
void check_nodes(struct lab *lab);

/* Settings of TCP: they exist, and take such a number. */
void check_knobs(struct lab *lab, const struct lab_node *node);

/* check_hub.c: what a hub's cables do not say about rate; and are they all alike? */
void fill_hub_rates(struct lab *lab);
void check_hubs(struct lab *lab);

/* check_switch.c: the ports of switches. */
void check_switches(struct lab *lab);
/* ppp.c: what links with PPP leave out; and is the rest possible? */
void fill_ppp(struct lab *lab);
void check_ppp(struct lab *lab);

/* check_pppoe.c: an interface for PPPoE has no address of its own; then, with
 * all networks known: the addresses given over there are nobody else's. */
void expand_pppoe(struct lab *lab);
void check_pppoe(struct lab *lab);

/* That interface of the node, which speaks PPPoE; its index. */
size_t pppoe_iface(const struct lab_node *node);

/* check_boot.c: who asks for addresses, and who gives them. */
void check_boot(struct lab *lab);

/* It has no address before somebody gives it one. */
static inline bool lab_asks_for_address(const struct lab_iface *iface)
{
	return iface->address.v != LAB_STATIC && iface->address.v != LAB_INFORM;
}

/* check_boot6.c: the same for IPv6, and relays of both versions. */
void check_boot6(struct lab *lab);

/* First address of a pool of IPv6, and how many; false: it is none. */
bool boot_pool6(const struct lab_str *pool, ip6_addr *from, size_t *count);

/* The segment whose network has @ip, or NULL. */
const struct topo_segment *boot_segment(const struct lab *lab, ip4_addr ip);
const struct topo_segment *boot_segment6(const struct lab *lab, ip6_addr ip);

/* First and last address of a pool; false: it is none. */
bool boot_pool(const struct lab_str *pool, ip4_addr *from, ip4_addr *to);

/* Index of the interface of @node on whose network @ip is; their count: none. */
size_t boot_iface_for(const struct lab *lab, const struct lab_node *node,
		      ip4_addr ip);

/* check_uplink.c: what says where it leads is an uplink.  Has each uplink what
 * it needs?  And where is it? */
void fill_uplinks(struct lab *lab);
void check_uplinks(struct lab *lab);
size_t uplink_segment(const struct lab *lab, const struct lab_node *uplink);

/* Is the node a router that translates to this machine's sockets? */
bool is_way_out(const struct lab_node *node);

/* route_out.c: everything to which the lab has no way goes to such a router. */
void routes_out(struct lab *lab);

/* Where an uplink leads, and by which driver; .device NULL: nobody said. */
struct dev_cfg;
void uplink_device(const struct lab_node *node, struct dev_cfg *cfg);

/* Script and expectations (check.c, check_fault.c). */
void check_script(struct lab *lab);
void check_fault(struct lab *lab, const struct lab_line *line);
void check_asking(struct lab *lab, const struct lab_line *line);
void check_expect(struct lab *lab);

/* The node of that name; else an error and NULL. */
const struct lab_node *check_name(struct lab *lab, const struct lab_str *name);

/* The nodes that a pattern names (check.c). */
void check_pattern_names(struct lab *lab, const struct pattern *p);

/* A router's filter: gateway.c. */
void check_filter(struct lab *lab, const struct lab_node *node);

/* "NAME:PORT" into @name, with @size octets of room, and a port that is not 0;
 * false: it has another form (connect.c). */
bool text_split(const char *text, char *name, size_t size, uint16_t *port);

/* What else a router may be told: check_router.c. */
void check_router(struct lab *lab, const struct lab_node *node);

/* The address at place @i of a route's `via`; false: it is none. */
bool route_via(const struct lab_route *route, size_t i, ip4_addr *out);

/* Does the router speak RIP? */
bool is_rip(const struct lab *lab, const struct lab_node *node);

/**
 * struct ways - the shortest ways to a segment (route_ways.c)
 * @family:	IP_V4 or IP_V6
 * @segment:	Routers on the way from each segment, SIZE_MAX: no way
 * @entry:	Of each segment: who leads on from there; NULL: it is the target
 * @node:	Routers on the way from each node, SIZE_MAX: no way
 * @via:	Of each node with a way: whom it sends to
 * @queue:	Segments that the search has reached, @tail of them
 */
struct ways {
	const struct lab *lab;
	uint8_t family;
	size_t *segment, *node, *queue, tail;
	const struct lab_iface **entry, **via;
};

int ways_alloc(struct lab *lab, struct ways *w,
	       uint8_t family); /* or -ENOMEM */
void ways_search(struct ways *w, size_t target);

/* Does the node need a route to the target, and is there a way? */
bool ways_are_there(const struct ways *w, const struct lab_node *node);

/* Call @fn with the interface of the neighbour that is next on the way; with
 * all that are, if the node wants several ways. */
typedef void way_fn(void *arg, const struct lab_iface *via);
void ways_each(const struct ways *w, const struct lab_node *node, way_fn *fn,
	       void *arg);

/* Segment of the LAN that a router hides, SIZE_MAX if none. */
size_t route_nat_inside(const struct lab_node *node);

/* A line `connect`: connect.c. */
void check_connect(struct lab *lab, const struct lab_line *line);

#endif /* LAB_EXPAND_H */
