// SPDX-License-Identifier: MIT
/*
 * explain_nd.c - the sentences of IPv6 and neighbour discovery
 */

#include <stddef.h>

#include "trace/explain_text.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
const struct words words_of_nd[R_COUNT] = {
	W(EYEBALLS_ORDER, "order of addresses",
	  "tries {order}, in this order: {text}",
	  "the name has addresses of both versions of IP, and either may be "
	  "broken; the versions take turns", "6724 6")
	W(EYEBALLS_TRY, "attempt",
	  "attempt {number}, {version} to {server}: {text}",
	  "who waits for one version to fail makes the person wait, too",
	  "8305 5")
	W(EYEBALLS_LOST, "attempt",
	  "gives up {server}: another connection stands",
	  "one connection is enough", "8305 5")
	W(EYEBALLS_WON, "version of IP",
	  "{version} it is, to {server}: {text}",
	  "where a name has addresses of both versions, IPv6 is tried first "
	  "and IPv4 a moment later, and the first connection that stands wins",
	  "8305 5")
	W(ND_HIT, "neighbour cache",
	  "neighbour cache: {=ip} is at {=mac}",
	  NULL, "4861 5.2")
	W(ND_MISS, "neighbour cache",
	  "{host} knows the IP {=ip}, not its MAC address; the packet waits",
	  "a frame needs a MAC address to go to", "4861 7.2.2")
	W(ND_SOLICIT, "neighbour solicitation",
	  "who has {nd.target}? (to the few whose address ends like it)",
	  "the IP of the next machine is known, its MAC address is not",
	  "4861 7.2.2")
	W(ND_RETRY, "neighbour solicitation",
	  "who has {nd.target}? (again)",
	  "nobody answered in time", "4861 7.2.2")
	W(ND_REFRESH, "neighbour solicitation",
	  "{nd.target}, are you still there? (only to it)",
	  "nothing has shown for a while that packets arrive there",
	  "4861 7.3.3")
	W(ND_ADVERT, "neighbour advertisement",
	  "{nd.target} is mine, and here is my MAC address",
	  "it was asked, and the address is its own", "4861 7.2.4")
	W(ND_PROXY, "neighbour advertisement",
	  "answers for {nd.target}: send it to me",
	  "it knows the way there", "4861 7.2.8")
	W(ND_ANNOUNCE, "neighbour advertisement",
	  "{nd.target} is mine (to everyone)",
	  "others may have an old entry", "4861 7.2.6")
	W(ND_TIMER, "neighbour timer",
	  "about {=ip}: {state}[, {tries} questions so far]",
	  "the time for an answer, or for a sign of life, is over",
	  "4861 7.3.3")
	W(ND_LEARN, "neighbour cache",
	  "neighbour cache: {=ip} = {=mac}",
	  "its {how} says so", "4861 7.2.5")
	W(ND_STATE, "neighbour cache",
	  "neighbour {=ip}: {from} -> {to}",
	  NULL, "4861 7.3.2")
	W(ND_FAIL, "neighbour cache",
	  "nobody answered for {=ip} after {tries} questions",
	  "it is off, or not there", "4861 7.2.2")
	W(ND_AGE, "neighbour cache",
	  "neighbour cache: {=ip} is forgotten",
	  "it was not used for a while", "4861 5.3")
	W(ND_CONFLICT, "neighbour",
	  "{claimed} claims {=ip}, which {known} has",
	  "two machines have one address, or one of them lies", "4862 5.4.4")
	W(ND_DAD_PROBE, "neighbour solicitation",
	  "does anyone have {nd.target} already?",
	  "an address must not be used twice", "4862 5.4.2")
	W(ND_DAD_FREE, "address",
	  "{=ip} is free: nobody answered[ {tries} questions]",
	  "whoever had it would have said so", "4862 5.4")
	W(ND_DAD_TAKEN, "address",
	  "{=ip} is not used on {netif}: {mac} has it, or wants it",
	  "an address must not be used twice", "4862 5.4.5")
	W(ND_DAD_LOOP, "neighbour solicitation",
	  "our own question about {=ip} came back",
	  "it carries the number that we put into it: the link has a loop",
	  "7527 4.2")
	W(ND_RS, "router solicitation",
	  "is there a router? (to all routers)",
	  "without one nothing beyond this link can be reached",
	  "4861 6.3.7")
	W(ND_RS_TIMER, "router solicitation",
	  "no router is known on {netif}",
	  "none was heard yet, or none is left", "7559 2")
	W(ND_RA, "router advertisement",
	  "here is a router, for {nd.lifetime} s, and this is the link",
	  "a host has asked, or it is time again", "4861 6.2.4")
	W(ND_RA_FINAL, "router advertisement",
	  "no router any more (to everyone)",
	  "hosts shall turn to another one at once", "4861 6.2.5")
	W(ND_RA_TIMER, "router advertisement",
	  "it is time to advertise on {netif}",
	  "at random distances, so that routers do not fall into step",
	  "4861 6.2.4")
	W(ND_RA_LIE, "router advertisement",
	  "the router's {what} of {value} on {netif} is not believed",
	  "no honest link has such a value", "4861 6.3.4")
	W(ND_ENDS, "lifetime",
	  "a lifetime on {netif} is over",
	  "what routers say is true for a while only", "4861 6.3.5")
	W(ND_ROUTER_FOUND, "router list",
	  "{=ip} on {netif} is a router: {how}",
	  NULL, "4861 6.3.4")
	W(ND_ROUTER_DOWN, "router list",
	  "router {=ip} on {netif} is used last from now on: {how}",
	  "another one may be there, and reachable", "4861 6.3.6")
	W(ND_ROUTER_LOST, "router list",
	  "{=ip} on {netif} is no router any more: {how}",
	  NULL, "4861 6.3.5")
	W(ND_NET, "prefix list",
	  "{=ip}/{len} is on the link of {netif}",
	  "a router says so", "4861 6.3.4")
	W(ND_NET_END, "prefix list",
	  "{=ip}/{len} is not on the link of {netif} any more",
	  "its lifetime is over, or a router says so", "4861 6.3.5")
	W(ND_DNS, "DNS server",
	  "{=ip} is a DNS server",
	  "the router on {netif} says so", "8106 5.1")
	W(ND_DOMAIN, "search list",
	  "names are looked up in {name}, too",
	  "the router on {netif} says so", "8106 5.2")
	W(ND_AUTO, "address",
	  "makes itself the address {=ip} from {=net}/{len}",
	  "a router says that everyone on {netif} may", "4862 5.5.3")
	W(ND_TEMPORARY, "address",
	  "makes itself the temporary address {=ip} from {=net}/{len}",
	  "who sees it tomorrow on {netif} does not know who had it",
	  "8981 3.3")
	W(ND_AUTO_FAIL, "address",
	  "makes no more addresses in place of {=ip}: {tries} were taken",
	  "so many chances in a row mean that something else is wrong",
	  "7217 6")
	W(ND_REDIRECT, "redirect",
	  "to {nd.dst} there is a shorter way: {nd.target}, on your own link",
	  "the packet left where it had come in", "4861 8.2")
	W(ND_REDIRECTED, "routing table",
	  "packets to {dst} go to {gateway} from now on",
	  "the router says that this is shorter", "4861 8.3")
	W(IP6_ADDR, "IPv6 address",
	  "the address {=ip} of {netif} was {from} and is {to}",
	  "an address is used when nobody else on the link has it, and for new "
	  "conversations only while it is preferred", "4862 5.5.4")
	W(IP6_ADDR_END, "timer",
	  "the lifetime of the address {=ip} of {netif} is over: it is gone",
	  "nobody said again that it may be used", "4862 5.5.4")
	W(IP6_FRAGMENT, "fragment",
	  "a packet of {len} octets is cut into fragments of at most {mtu}",
	  "the path takes no larger ones, and in IPv6 only the source may cut",
	  "8200 4.5")
	W(ICMP6_ECHO_REQUEST, "echo request",
	  "are you there, {ip.dst}?",
	  "a person pings it", "4443 4.1")
	W(ICMP6_ECHO_REPLY, "echo reply",
	  "yes, I am here",
	  "an echo request arrived", "4443 4.2")
	W(ICMP6_UNREACH, "destination unreachable",
	  "tells {ip.dst} that its packet could not be delivered",
	  "it cannot be, and the sender should know", "4443 3.1")
	W(ICMP6_TOO_BIG, "packet too big",
	  "tells {ip.dst}: at most {icmp.mtu} octets fit the next link",
	  "the packet was too big, and in IPv6 only its source may cut it",
	  "8200 5")
	W(ICMP6_TIME_EXCEEDED, "time exceeded",
	  "tells {ip.dst} that its packet died on the way",
	  "its hop limit reached 0, or pieces were missing", "4443 3.3")
	W(ICMP6_PARAM, "parameter problem",
	  "tells {ip.dst} that its packet has a bad header",
	  "a field, a header or an option cannot be understood", "4443 3.4")
};
/* clang-format on */
