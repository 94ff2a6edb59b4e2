// SPDX-License-Identifier: MIT
/*
 * explain_group.c - the sentences of groups: IGMP, MLD, routers, switches
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_group[R_COUNT] = {
	W(IGMP_JOIN, "membership report",
	  "tells the routers what it wants of a group",
	  "a program joined a group, or chose other sources", "3376 5.1")
	W(IGMP_LEAVE, "leave message",
	  "tells the routers that it wants the group no more",
	  "the last program that had joined it left", "3376 5.1")
	W(IGMP_AGAIN, "membership report",
	  "says it once more",
	  "the first report may have been lost, and nobody confirms one",
	  "3376 5.1")
	W(IGMP_ANSWER, "membership report",
	  "says that it still wants the group",
	  "a router asked", "3376 5.2")
	W(IGMP_TIMER, "group timer",
	  "time for the {timer} about group {=group}",
	  "a random delay keeps many hosts from speaking at once", "3376 5.2")
	W(IGMP_QUERY, "membership query",
	  "who wants which group?",
	  "members that leave without a word would be served for ever",
	  "3376 6.1")
	W(IGMP_QUERY_GROUP, "membership query",
	  "does anybody still want this group?",
	  "somebody left it; there may be others", "3376 6.4.2")
	W(IGMP_QUERIER, "querier",
	  "on {if} the router {state} who wants which group[; the lowest address is {=ip}]",
	  "one router of a link asks, and the others listen", "3376 6.6.2")
	W(IGMP_VERSION, "IGMP version",
	  "on {if} IGMP version {from} -> {to}",
	  "a router that speaks another version was heard, or no more",
	  "3376 7.2.1")
	W(IGMP_MEMBER, "group table",
	  "on {if} somebody wants group {=group}",
	  "a report says so", "3376 6.4")
	W(IGMP_MEMBER_GONE, "group table",
	  "on {if} nobody wants group {=group} any more",
	  "no report came in time", "3376 6.5")
	W(MLD_JOIN, "listener report",
	  "tells routers and switches what it wants of a group",
	  "a program joined a group; or an address did, for neighbours ask in one",
	  "3810 6.1")
	W(MLD_LEAVE, "listener report",
	  "tells the routers that it wants the group no more",
	  "the last that had joined it left", "3810 6.1")
	W(MLD_AGAIN, "listener report",
	  "says it once more",
	  "the first report may have been lost, and nobody confirms one",
	  "3810 6.1")
	W(MLD_ANSWER, "listener report",
	  "says that it still wants the group",
	  "a router asked", "3810 6.2")
	W(MLD_TIMER, "group timer",
	  "time for the {timer} about group {=group}",
	  "a random delay keeps many hosts from speaking at once", "3810 6.2")
	W(MLD_QUERY, "listener query",
	  "who wants which group?",
	  "listeners that leave without a word would be served for ever",
	  "3810 7.1")
	W(MLD_QUERY_GROUP, "listener query",
	  "does anybody still want this group?",
	  "somebody left it; there may be others", "3810 7.6.3")
	W(MLD_QUERIER, "querier",
	  "on {if} the router {state} who wants which IPv6 group[; the lowest address is {=ip}]",
	  "one router of a link asks, and the others listen", "3810 7.6.2")
	W(MLD_VERSION, "MLD version",
	  "on {if} MLD version {from} -> {to}",
	  "a router that speaks another version was heard, or no more",
	  "3810 8.2.1")
	W(MLD_MEMBER, "group table",
	  "on {if} somebody wants group {=group}",
	  "a report says so", "3810 7.4")
	W(MLD_MEMBER_GONE, "group table",
	  "on {if} nobody wants group {=group} any more",
	  "no report came in time", "3810 7.5")
	W(GROUP_FORWARD, "group datagram",
	  "goes on to {copies} other networks with members of {=group}",
	  "routers there were told that somebody wants it", "3376 6.3")
	W(GROUP_SENT, "group datagram",
	  "sends datagram {number} to {group}",
	  "a person lets it; it goes out once, however many want it", "1112 6")
	W(GROUP_HEARD, "group datagram",
	  "hears datagram {number} for {group}, {octets} octets from {from}",
	  "a program there has joined the group", "1112 7")
	W(GROUP_FAIL, "group",
	  "cannot do that with {group}: {text}",
	  "the socket said so", NULL)
	W(SW_GROUP, "group table of the switch",
	  "group {=group}: to {ports} ports with members or routers",
	  "the switch has read along who joined", "4541 2.1.2")
	W(SW_GROUP_LEARN, "group table of the switch",
	  "somebody at {port} wants group {=group}",
	  "a report came in there", "4541 2.1.1")
	W(SW_GROUP_AGE, "group table of the switch",
	  "nobody at {port} wants group {=group} any more",
	  "no report came in time", "4541 2.1.1")
	W(SW_ROUTER_PORT, "group table of the switch",
	  "a router is at {port}",
	  "a query came in there: all groups go there", "4541 2.1.1")
};
/* clang-format on */
