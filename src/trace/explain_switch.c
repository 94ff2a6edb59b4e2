// SPDX-License-Identifier: MIT
/*
 * explain_switch.c - the sentences of spanning tree, VLANs and mirrors
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_switch[R_COUNT] = {
	W(STP_START, "spanning tree",
	  "begins to negotiate the tree, with priority {priority}",
	  "a loop of switches would let frames go round for ever", NULL)
	W(STP_HELLO, "BPDU",
	  "says which root it knows and how far it is",
	  "whoever is silent for three of these is gone", NULL)
	W(STP_PROPOSE, "proposal",
	  "may I forward on this cable?",
	  "nobody forwards before the other end has made sure that no loop"
	  " closes", NULL)
	W(STP_AGREE, "agreement",
	  "yes, forward: my other ports are safe",
	  "the other end has the better way to the root", NULL)
	W(STP_CHANGE, "topology change",
	  "the tree has changed: forget where addresses live",
	  "what was learned may point the wrong way", NULL)
	W(STP_ROOT, "root",
	  "the root is reached by {port} at cost {cost}; its priority is"
	  " {priority}",
	  "no better offer was heard", NULL)
	W(STP_ROLE, "port role",
	  "port {port}: {from} -> {to}",
	  "offers were compared: root, cost, bridge, port; less is better", NULL)
	W(STP_STATE, "port state",
	  "port {port} ({role}): {from} -> {to}",
	  "{text}", NULL)
	W(STP_TOPOLOGY, "topology change",
	  "the tree has changed behind port {port}: addresses at other ports are"
	  " forgotten",
	  "{text}", NULL)
	W(STP_SILENT, "spanning tree timer",
	  "port {port}: no BPDU for three hellos, what was heard is void",
	  "the other end may be gone", NULL)
	W(STP_GUARD, "BPDU guard",
	  "port {port} is closed until its cable is plugged in again",
	  "a BPDU came in where no bridge may be", NULL)
	W(SW_VLAN, "VLAN",
	  "the frame that came in at {in} belongs to VLAN {vlan}",
	  "{text}", NULL)
	W(SW_MIRROR, "mirror",
	  "a copy of the frame {text} at {port} goes out at {to}",
	  "the port is mirrored", NULL)
	W(VLAN_IFACE, "VLAN interface",
	  "{if} sends and takes the frames of VLAN {vlan} on {on}",
	  "one cable can carry many networks, told apart by a tag", NULL)
};
/* clang-format on */
