/* SPDX-License-Identifier: MIT */
#ifndef LAB_PPP_H
#define LAB_PPP_H

/*
 * ppp.h - links of a lab on which PPP is spoken
 *
 * Private to lab/.
 */

#include "lab/lab.h"
#include "link/ppp.h"
#include "vnet/serial.h"

struct run_node;

/* The link between two nodes, if PPP is spoken on it; or NULL. */
struct lab_link *ppp_link_between(const struct lab_spec *spec, const char *a,
				  const char *b);

/* Is @node the end that gives addresses and asks who the other is? */
bool ppp_is_server(const struct lab *lab, const struct lab_link *link,
		   const struct lab_node *node);

/* What @node's end of a link is to be. */
struct ppp_conf ppp_conf_of(const struct lab *lab, const struct lab_link *link,
			    const struct lab_node *node,
			    const struct lab_iface *iface);

/* What happens to addresses and routes; the argument is a struct run_node. */
extern const struct serial_ops ppp_serial_ops;

/* A serial port of a host.  NULL: no memory. */
struct port *ppp_port(struct run_node *n, const struct lab_iface *iface);

/* Is this neighbour at the other end of such a link?  Then the way to him is
 * there only while the session is up. */
bool ppp_leads_to(const struct lab *lab, const struct lab_node *node,
		  const struct ip_addr *via);

#endif /* LAB_PPP_H */
