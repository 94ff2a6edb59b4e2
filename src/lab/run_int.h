/* SPDX-License-Identifier: MIT */
#ifndef LAB_RUN_INT_H
#define LAB_RUN_INT_H

/*
 * run_int.h - a running lab, shared by the files that make it run
 *
 * Private to lab/.
 */

#include "lab/pattern.h"
#include "lab/run.h"
#include "lab/run_line.h"
#include "vnet/vnet.h"

struct icmp_echo;
struct node_apps;
struct node_boot;
struct lab_programs;
struct node_boot6;
struct node_outlet;
struct rip;
struct pppoe_client;
struct pppoe_server;

/* What frames pass through: one of them. */
struct run_box {
	struct vswitch *sw;
	struct hub *hub;
	struct uplink *uplink;
};

/* Resolvers that a host remembers. */
enum { TOLD_DNS = 4 };

/**
 * struct run_node - a node of the file in the world
 * @run:	Whose
 * @spec:	What the file says about it
 * @host:	Its host, or NULL: it is a switch, a hub or an uplink
 * @box:	Which of them
 * @ports:	A host's, in the order of @spec->interfaces; NULL: it stands on
 *		another one, see run_netif()
 * @apps:	The programs that run there, or NULL
 * @told_dns:	Resolvers that DHCP has told, of IPv4 and of IPv6, @told_count
 *		of them
 * @boot:	What asks for addresses or gives them, or NULL
 * @boot6:	The same by DHCPv6, and relays, or NULL
 * @rip:	What finds its routes, or NULL
 * @dials:	Its session of PPPoE, or NULL
 * @serves:	It is an access concentrator of PPPoE, or NULL
 * @program_waits: Its program starts when it has its addresses, at @program_by_ns
 *		at the latest
 * @program_is_due: Somebody will look whether it has
 * @outlet:	Its way out through this machine's sockets, or NULL
 */
struct run_node {
	struct lab_run *run;
	const struct lab_node *spec;
	struct host *host;
	struct run_box box;
	struct port **ports;
	struct node_apps *apps;
	struct node_boot *boot;
	struct ip_addr told_dns[2][TOLD_DNS];
	size_t told_count[2];
	struct node_boot6 *boot6;
	struct rip *rip;
	struct pppoe_client *dials;
	struct pppoe_server *serves;
	bool program_waits, program_is_due;
	uint64_t program_by_ns;
	struct node_outlet *outlet;
};

/**
 * struct run_cable - a cable of the topology in the world
 * @run:	Whose
 * @topo:	Where it leads
 * @cable:	The cable
 * @base:	What it does while nothing is broken
 * @fault:	Event of the fault that it has now, 0: none
 */
struct run_cable {
	struct lab_run *run;
	const struct topo_cable *topo;
	struct cable *cable;
	struct cable_params base;
	uint32_t fault;
};

/**
 * struct lab_run - a running lab
 * @arena:	Memory of all below
 * @lab:	What it is made of
 * @world:	Where it happens
 * @log:	What happened
 * @real:	The clock that it follows, or NULL: virtual time
 * @nodes:	As many as the file has nodes
 * @lan_boxes:	As many as the file has LANs
 * @cables:	As many as the topology has
 * @lines:	As many as the script has
 * @filters:	Faults under way that look at frames
 * @programs:	Who starts real programs, or NULL
 * @on_resource: Who wants what visits bring, or NULL; @resource_arg is his
 * @visits:	Visits that have ended
 * @error:	First thing that went wrong while it ran: -ENOMEM
 */
struct lab_run {
	struct arena arena;
	const struct lab *lab;
	struct world *world;
	struct trace_log *log;
	struct lab_real *real;
	struct run_node *nodes;
	struct run_box *lan_boxes;
	struct run_cable *cables;
	struct run_line *lines;
	size_t filters;
	const struct lab_programs *programs;
	lab_resource_fn *on_resource;
	void *resource_arg;
	unsigned int visits;
	int error;
};

static inline size_t run_node_count(const struct lab_run *run)
{
	return run->lab->spec.nodes.count;
}

static inline size_t run_line_count(const struct lab_run *run)
{
	return run->lab->spec.script.count;
}

static inline struct env *run_env(struct lab_run *run)
{
	return world_env(run->world);
}

/* The node of that name; it is there, check.c has seen to it. */
struct run_node *run_node(struct lab_run *run, const char *name);

/* The cable between two names; it is there. */
struct run_cable *run_cable(struct lab_run *run, const struct lab_wire *wire);

/* The interface of @spec->interfaces at @index, of a host that is on. */
struct netif *run_netif(const struct run_node *n, size_t index);

/* Switches get what the file says of their ports, when all cables are there
 * (build_switch.c).  0 or -errno. */
int build_switches(struct lab_run *run);

/* Give a host's stack its addresses and start its programs (0 or -errno); stop
 * them. */
int run_node_boot(struct run_node *n);

/* The same for IPv6 (build_ip6.c). */
int run_node_boot_ip6(struct run_node *n);

/* Routes; and what a router does besides (build_router.c).  0 or -errno. */
int boot_routes(struct run_node *n);
int boot_router(struct run_node *n);

/* The LAN `nat` is hidden behind this interface, and forwards lead in. */
int boot_nat(struct run_node *n, struct netif *outside);

/* Its PPPoE, if it has that (build_pppoe.c). */
int boot_pppoe(struct run_node *n);
void halt_pppoe(struct run_node *n);

/* Its RIP, if it speaks that (build_rip.c). */
int boot_rip(struct run_node *n);
void halt_rip(struct run_node *n);

/* Its way out (node_outlet.c).  0 or -errno. */
int boot_outlet(struct run_node *n);
void halt_outlet(struct run_node *n);

/* Append what they did, as a table, if there are any. */
void outlet_counters(const struct lab_run *run, struct strbuf *out);

/* Its filter (gateway.c).  0 or -errno. */
int boot_filter(struct run_node *n);

void run_node_halt(struct run_node *n);

/* Programs (node_apps.c). */
int node_apps_start(struct run_node *n);
void node_apps_stop(struct run_node *n);

/**
 * node_visit() - Open a URL in the browser of a node
 * @line:	The line that says so; its is_done is set when all is over.  If
 *		the browser is busy, the line waits
 *
 * Return: 0 or -errno
 */
int node_visit(struct run_line *line);

/* Have every line of the script happen at its time (script.c).  0, -ENOMEM. */
int script_schedule(struct lab_run *run);

/* Is every line done? */
bool script_is_done(void *run);

/* Take back what lines hold in a host that goes away. */
void script_forget_host(struct lab_run *run, const struct run_node *n);

#endif /* LAB_RUN_INT_H */
