// SPDX-License-Identifier: MIT
/*
 * explain_text.c - the sentences, one row for each reason
 *
 * Families of protocols have tables of their own, explain_*.c; here are the
 * rows of all others, and who finds the one that is wanted.
 *
 * Each row: what such a frame is called, what happened, why, and where the
 * rule stands.  Words that only those use who know the RFCs come with a plain
 * gloss.  Nothing is said here that the event does not know: values are fields.
 */

#include "trace/explain_text.h"

#include "base/check.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
static const struct words others[R_COUNT] = {
	W(NONE, "frame",
	  "a frame that somebody made up",
	  NULL, NULL)
	W(LAB_BEGIN, "lab",
	  "the lab {lab} begins[, seed {seed}]",
	  "a person started it", NULL)
	W(LAB_NODE, "node",
	  "{name} is {a kind}",
	  "the lab file says so", NULL)
	W(LAB_ADDRESS, "address",
	  "{name} has [{=ip} on ]{if}[, MAC {=mac}]",
	  "the lab file says so, or it was given out", NULL)
	W(LAB_LINK, "cable",
	  "a cable joins {a} and {b}",
	  "the lab file says so", NULL)
	W(ACTION, "action",
	  "{text}",
	  "a person, or a line of the script, wants it", NULL)
	W(FAULT_BEGIN, "fault",
	  "fault begins: {text}",
	  "a line of the script says so", NULL)
	W(FAULT_END, "fault",
	  "fault ends: {text}",
	  "a line of the script says so", NULL)
	W(FAULT_MATCH, "fault",
	  "fault: exactly this frame is removed: {text}",
	  "a line of the script asked for it", NULL)
	W(URL_PARSE, "URL",
	  "the URL is read: scheme {scheme}, host {host}, port {port}, path {path}",
	  "the browser must know whom to ask, and for what", "3986 3")
	W(URL_BAD, "URL",
	  "this is not a URL that can be visited: {text}",
	  "nothing can be asked before it is known whom to ask", "3986 3")
	W(VISIT_BEGIN, "visit",
	  "the visit of {url} begins",
	  "a person typed the URL", NULL)
	W(VISIT_END, "visit",
	  "the visit of {url} is over[: {status}]",
	  "everything the page needs is here", NULL)
	W(VISIT_FAIL, "visit",
	  "the visit failed: {text}",
	  NULL, NULL)
	W(PAGE_SHOWN, "page",
	  "the page can be shown: {octets} octets in {resources} resources",
	  "the page and everything it names has arrived", NULL)
	W(SUBRESOURCE, "sub-resource",
	  "the page names {url}",
	  "a page consists of more than its text", NULL)
	W(BCACHE_HIT, "browser cache",
	  "browser cache: {url} is there and fresh[, for {fresh_s} s more]",
	  "what is fresh need not be asked for again", "9111 4")
	W(BCACHE_MISS, "browser cache",
	  "browser cache: {url} is not there",
	  "it was never fetched, or may not be kept", "9111 4")
	W(BCACHE_STALE, "browser cache",
	  "browser cache: {url} is there but old[ ({age_s} s)]: the server is asked "
	  "whether it changed",
	  "a stored answer may be used after its time only if the server confirms it", "9111 4.3")
	W(BCACHE_STORE, "browser cache",
	  "browser cache: keeps {url}[ for {fresh_s} s]",
	  "the next visit may need it", "9111 3")
	W(BCACHE_VALIDATED, "browser cache",
	  "browser cache: {url} has not changed, the copy is good again",
	  "the server answered 304 Not Modified", "9111 4.3.4")
	W(HCACHE_HIT, "OS cache",
	  "OS cache: {name} = {=ip}[, for {ttl} s more]",
	  "an answer may be used again until its time to live is over", "1035 3.2.1")
	W(HCACHE_MISS, "OS cache",
	  "OS cache: {name} is not there",
	  "it was never asked for, or its time ran out", "1035 3.2.1")
	W(HCACHE_STORE, "OS cache",
	  "OS cache: keeps {name} = {=ip}[ for {ttl} s]",
	  "the next program may ask for it", "1035 3.2.1")
	W(HOSTS_HIT, "hosts file",
	  "hosts file: {name} = {=ip}",
	  "names of the hosts file come before all questions", NULL)
	W(HOSTS_MISS, "hosts file",
	  "hosts file: {name} is not in it",
	  NULL, NULL)
	W(HTTP_REQUEST, "HTTP request",
	  "asks for {url} ({method})",
	  "the page is at the server", "9112 3")
	W(HTTP_RESPONSE, "HTTP response",
	  "the answer is {status}[, {octets} octets][ of {type}]",
	  "the server has answered the request", "9112 4")
	W(HTTP_SERVE, "HTTP response",
	  "serves {path}: {status}, {octets} octets",
	  "a request for it arrived", "9110 15")
	W(HTTP_BAD, "HTTP message",
	  "refuses the message[: {text}]",
	  "it is not well-formed HTTP", "9112 2.2")
	W(DNS_QUERY, "DNS query",
	  "asks {server} for {name} ({type})",
	  "a packet needs an address, and only a name is known", "1034 5.3")
	W(DNS_ANSWER, "DNS answer",
	  "{name} = {=data} (keep for {ttl} s)",
	  "the servers of that name say so[: the zone {zone} is kept here]", "1034 4.3.2")
	W(DNS_REFERRAL, "DNS referral",
	  "does not know {name}, but knows who is nearer: {data}",
	  "the zone {zone} was delegated to that server", "1034 4.3.2")
	W(DNS_NEGATIVE, "DNS answer",
	  "says of {name}: {text}",
	  "the server that would know it does not", "2308 2")
	W(DNS_FAIL, "DNS answer",
	  "no address for {name}[: {text}]",
	  NULL, "1034 5.3")
	W(DNS_RETRY, "DNS query",
	  "asks again for {name}[ (try {try})]",
	  "no answer came in time", "1035 7.2")
	W(DNS_BAD, "DNS message",
	  "does not believe a DNS message[: {text}]",
	  "it does not match the question that was asked", "5452 9")
	W(DNS_CACHE_HIT, "resolver's cache",
	  "resolver's cache: {name} [= {=data} ]is there[, for {ttl} s more]",
	  "an answer may be used again until its time to live is over", "1034 5.3.3")
	W(DNS_CACHE_MISS, "resolver's cache",
	  "resolver's cache: {name} is not there",
	  "it was never asked for, or its time ran out", "1034 5.3.3")
	W(DNS_CACHE_STORE, "resolver's cache",
	  "resolver's cache: keeps {name}[ {type}][ = {=data}][ for {ttl} s]",
	  "the next question for it needs no journey", "1034 5.3.3")
	W(PING_SENT, "echo request",
	  "pings {dst}[, number {seq}]",
	  "a person wants to know whether it is there", "1122 3.2.2.6")
	W(PING_ANSWER, "echo reply",
	  "{from} answers[ after {rtt_us}]",
	  "it received our echo request", "1122 3.2.2.6")
	W(PING_TIMEOUT, "ping",
	  "no answer from {dst}[ to number {seq}]",
	  "the request, or its answer, was lost, or nobody is there", NULL)
	W(SOCK_SOCKET, "call",
	  "socket() makes descriptor {fd}",
	  "a program needs an end to talk through", NULL)
	W(SOCK_BIND, "call",
	  "bind() gives descriptor {fd} the address {local}",
	  "others must know where to send to", NULL)
	W(SOCK_LISTEN, "call",
	  "listen(): descriptor {fd} waits for connections",
	  "a server must be ready before clients come", NULL)
	W(SOCK_CONNECT, "call",
	  "connect() to {peer}",
	  "connect() needs a connection before data can flow", NULL)
	W(SOCK_CONNECTED, "call",
	  "connect() is done: connected to {peer}",
	  "the handshake is complete", NULL)
	W(SOCK_ACCEPT, "call",
	  "accept() hands out a connection[ from {peer}]",
	  "a client has completed the handshake", NULL)
	W(SOCK_SEND, "call",
	  "send() hands over {octets} octets",
	  "the program has something to say", NULL)
	W(SOCK_RECV, "call",
	  "recv() takes {octets} octets",
	  "data for the program had arrived", NULL)
	W(SOCK_SHUTDOWN, "call",
	  "shutdown() of descriptor {fd}[ ({how})]",
	  "the program will send, or read, nothing more", NULL)
	W(SOCK_CLOSE, "call",
	  "close() of descriptor {fd}",
	  "the program needs it no longer", NULL)
	W(SOCK_ERROR, "call",
	  "{call}() of descriptor {fd} fails: error {errno}",
	  NULL, NULL)
	W(SOCK_RAW, "packet of a program",
	  "a program sends a packet that it has made itself",
	  "raw and packet sockets carry what no other socket does", NULL)
	W(SOCK_HEARD, "copy",
	  "a copy of {len} octets for the {kind} socket, descriptor {fd}",
	  "the program has asked to see such packets as they are", NULL)
	W(CABLE_CORRUPT, "frame",
	  "the cable flips bits of this frame[: {bits}]",
	  "noise turns a 0 into a 1, or a 1 into a 0; the check sequence at the end of "
	  "the frame will tell", NULL)
	W(CABLE_REPAIR, "frame",
	  "forward error correction repairs the frame, octets mended: {octets} "
	  "(octet.bit: {flips})",
	  "sixteen octets of parity behind every 239 tell which octets are wrong, and "
	  "what stood there (Reed-Solomon, as ITU-T G.709 has it)", NULL)
	W(HUB_COLLISION, "collision",
	  "collision: {from} hears another station while it sends (attempt {attempt}); "
	  "it stops, and waits {slots} slots, {wait_us}",
	  "a hub is one wire for all; who began at the same time must not begin at the "
	  "same time again, so each waits for a random time", NULL)
	W(CABLE_DUP, "frame",
	  "the cable delivers it twice",
	  "the cable duplicates frames", NULL)
	W(CABLE_REORDER, "frame",
	  "the cable lets others overtake it[: {later_ns} ns later]",
	  "the cable reorders frames", NULL)
	W(CABLE_MARK, "cable",
	  "{queue} frames wait for the wire: marked instead of dropped later",
	  "the queue is longer than it should be", "3168 5")
	W(CABLE_UP, "cable",
	  "the cable from {from} to {to} is up",
	  NULL, NULL)
	W(CABLE_DOWN, "cable",
	  "the cable from {from} to {to} is down",
	  NULL, NULL)
	W(SW_FORWARD, "frame",
	  "{host} sends it out of {out} only",
	  "its MAC table knows that {mac} is there", NULL)
	W(SW_FLOOD, "frame",
	  "{host} copies it to all other ports[ of VLAN {vlan}]",
	  "it is for everyone, or its MAC table does not know {mac}", NULL)
	W(SW_LEARN, "MAC table",
	  "{host} learns that {mac} is at {port}[ in VLAN {vlan}] (MAC table:"
	  " {entries})",
	  "a frame from it came in there", NULL)
	W(SW_MOVE, "MAC table",
	  "{host} learns that {mac} moved to {port}[ in VLAN {vlan}]",
	  "a frame from it came in there", NULL)
	W(SW_AGE, "MAC table",
	  "{host} forgets {mac}[ in VLAN {vlan}]",
	  "nothing was heard from it for a while", NULL)
	W(SW_FULL, "MAC table",
	  "{host} cannot learn {mac}: no room for this port",
	  "one port must not fill the table", NULL)
	W(ARP_HIT, "ARP cache",
	  "ARP cache: {=ip} is at {=mac}",
	  NULL, "826")
	W(ARP_MISS, "ARP cache",
	  "{host} knows the IP {=ip}, not its MAC address; the packet waits",
	  "a frame needs a MAC address to go to", "826")
	W(ARP_REQUEST, "ARP request",
	  "who has {ip}? (to everyone)",
	  "the IP of the next machine is known, its MAC address is not", "826")
	W(ARP_RETRY, "ARP request",
	  "who has {ip}? (again)",
	  "nobody answered in time", "1122 2.3.2.1")
	W(ARP_REFRESH, "ARP request",
	  "{ip}, are you still there? (only to it)",
	  "the entry is old and must be confirmed", "1122 2.3.2.1")
	W(ARP_REPLY, "ARP reply",
	  "[{arp.spa} ]is at {arp.sha}",
	  "it was asked, and the address is its own", "826")
	W(ARP_PROXY, "ARP reply",
	  "answers for {arp.spa}: send it to me",
	  "it knows the way there", "1027")
	W(ARP_PROBE, "ARP request",
	  "does anyone have {ip} already?",
	  "an address must not be used twice", "5227 2.1.1")
	W(ARP_ANNOUNCE, "ARP request",
	  "{ip} is mine (to everyone)",
	  "others may have an old entry", "5227 2.3")
	W(ARP_DEFEND, "ARP reply",
	  "{ip} is mine, and stays so",
	  "somebody else claimed it", "5227 2.4")
	W(ARP_TIMER, "ARP timer",
	  "no answer about {=ip} yet (questions: {tries})",
	  "whoever is asked may be off, or a frame was lost", "1122 2.3.2.1")
	W(ARP_LEARN, "ARP cache",
	  "ARP: {=ip} = {=mac}",
	  "it said so itself", "826")
	W(ARP_STATE, "ARP cache",
	  "ARP entry {=ip}: {from} -> {to}",
	  "an entry is INCOMPLETE while it is asked for, then REACHABLE (fresh), later "
	  "STALE (old), and PROBE while it is checked", "4861 7.3.2")
	W(ARP_FAIL, "ARP cache",
	  "nobody answers for {=ip}: gives up after {tries} questions",
	  "it is off, or not there; what waited for it is thrown away", "1122 2.3.2.2")
	W(ARP_AGE, "ARP cache",
	  "ARP: {=ip} is forgotten",
	  "it was not used for a while", "1122 2.3.2.1")
	W(ARP_CONFLICT, "ARP cache",
	  "{claimed} claims {=ip}, which {known} has",
	  "two machines have one address, or one of them lies", "5227 2.4")
	W(ROUTE_HIT, "routing table",
	  "route to {=dst}: {net}[ through {=gateway}] on {netif}",
	  "the longest prefix that matches decides", "1812 5.2.4.3")
	W(ROUTE_MISS, "routing table",
	  "no route to {=dst}",
	  "no prefix of the table matches, and there is no default", "1812 5.2.7.1")
	W(ROUTE_REDIRECT, "routing table",
	  "packets to {dst} go through {gateway} from now on",
	  "the router that we used said that one is nearer", "1122 3.2.2.2")
	W(IP_FRAGMENT, "IP fragment",
	  "cuts a packet of {len} octets into pieces of at most {mtu}",
	  "the packet is larger than the next link carries", "791 2.3")
	W(IP_REASSEMBLED, "IP packet",
	  "the packet is whole again: {len} octets in {pieces} pieces",
	  "its last missing piece arrived", "791 2.3")
	W(IP_REASM_TIMEOUT, "IP packet",
	  "pieces of a packet are thrown away: {have} octets were there",
	  "the others did not come in time", "1122 3.3.2")
	W(PMTU_LOWER, "path MTU",
	  "packets to {dst} may have {mtu} octets",
	  "a router on the way said so", "1191 6.3")
	W(PMTU_AGE, "path MTU",
	  "the limit for packets to {dst} is forgotten",
	  "the path may have changed", "1191 6.3")
	W(NAT_NEW, "translation",
	  "{host} writes down: {=from} inside is {=to} outside",
	  "nobody outside knows the way to an inside address", "3022 4.1")
	W(NAT_OUT, "translation",
	  "{host} rewrites the source {=from} to {=to}",
	  "the answer must come to it, the only one that is known outside", "3022 4.1")
	W(NAT_IN, "translation",
	  "{host} rewrites the destination {=from} back to {=to}",
	  "it is an answer to what was written down", "3022 4.1")
	W(NAT_EXPIRE, "translation",
	  "{host} forgets the translation of {=from}",
	  "nothing passed for a while", "4787 4.3")
	W(ICMP_ECHO_REQUEST, "echo request",
	  "are you there, {ip.dst}?",
	  "a person pings it", "792")
	W(ICMP_ECHO_REPLY, "echo reply",
	  "yes, I am here",
	  "an echo request arrived", "1122 3.2.2.6")
	W(ICMP_UNREACH, "destination unreachable",
	  "tells {ip.dst} that its packet could not be delivered",
	  "nobody can take it, and the sender should know", "1122 3.2.2.1")
	W(ICMP_FRAG_NEEDED, "fragmentation needed",
	  "tells {ip.dst}: at most {icmp.mtu} octets fit the next link",
	  "the packet was too big and must not be cut", "1191 4")
	W(ICMP_TIME_EXCEEDED, "time exceeded",
	  "tells {ip.dst} that its packet died on the way",
	  "each router takes 1 off its time to live, and now it is 0; or pieces "
	  "of it were missing", "792")
	W(ICMP_PARAM, "parameter problem",
	  "tells {ip.dst} that its packet has a bad header",
	  "the header cannot be understood", "792")
	W(ICMP_REDIRECT, "redirect",
	  "tells {ip.dst} of a shorter way: through {icmp.gateway}",
	  "the packet goes back into the LAN it came from, so the sender could have "
	  "given it to the next router itself", "792")
	W(ICMP_ERROR_IN, "ICMP error",
	  "{from} reports of a packet to {about}: {error}",
	  "a packet of ours did not arrive", "1122 3.2.2")
	W(UDP_SEND, "UDP datagram",
	  "a UDP datagram to {ip.dst} port {dport}[, {datalen} octets]",
	  "a program sent it", "768")
	W(UDPLITE_SEND, "UDP-Lite datagram",
	  "a UDP-Lite datagram to {ip.dst} port {dport}[, {datalen} octets]",
	  "a program sent it that can use damaged data", "3828 2")
	W(UDP_DELIVER, "UDP datagram",
	  "delivered to port {port}: {len} octets from {peer}",
	  "a socket is bound to it", "768")
};
/* clang-format on */

const struct words *words_of(enum reason what)
{
	static const struct words *const families[] = {
		words_of_boot,	 words_of_gateway, words_of_group, words_of_io,
		words_of_nd,	 words_of_outlet,  words_of_ppp,   words_of_run,
		words_of_switch, words_of_tcp,	   words_of_way,
	};
	size_t i;

	if (what >= R_COUNT)
		what = R_NONE;
	for (i = 0; i < ARRAY_SIZE(families); i++)
		if (families[i][what].noun)
			return &families[i][what];
	return &others[what];
}
