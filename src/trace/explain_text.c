// SPDX-License-Identifier: MIT
/*
 * explain_text.c - the sentences, one row for each reason
 *
 * Each row: what such a frame is called, what happened, why, and where the
 * rule stands.  Words that only those use who know the RFCs come with a plain
 * gloss.  Nothing is said here that the event does not know: values are fields.
 */

#include "trace/explain_text.h"

#include <assert.h>

#include "base/check.h"

#define W(id, noun, say, why, rfc) [R_##id] = {noun, say, why, rfc},

/* clang-format off */
static const struct words words[] = {
	W(NONE, "frame",
	  "a frame that somebody made up",
	  NULL, NULL)
	W(LAB_BEGIN, "lab",
	  "the lab {lab} begins[, seed {seed}]",
	  "a person started it", NULL)
	W(LAB_NODE, "node",
	  "{name} is a {kind}",
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
	W(TCP_SYN, "SYN",
	  "SYN: let us talk; I count from {seq}",
	  "connect() needs a connection before data can flow", "9293 3.5")
	W(TCP_SYN_AGAIN, "SYN",
	  "SYN again",
	  "no answer came to the one before", "6298 5")
	W(TCP_SYN_ACK, "SYN,ACK",
	  "SYN,ACK: agreed; I count from {seq}",
	  "a SYN arrived, and the port is open", "9293 3.5")
	W(TCP_SYN_ACK_AGAIN, "SYN,ACK",
	  "SYN,ACK again",
	  "the third step of the handshake did not come", "6298 5")
	W(TCP_ACK_SYN, "ACK",
	  "ACK: third step, both counts are confirmed",
	  "the other side agreed and must know that we heard it", "9293 3.5")
	W(TCP_DATA, "data",
	  "{datalen} octets of data, from number {seq}",
	  "a program has sent them, and the window has room", "9293 3.7")
	W(TCP_DATA_FIN, "data, FIN",
	  "the last {datalen} octets, and FIN: nothing more will come",
	  "the program has closed its side", "9293 3.6")
	W(TCP_FIN, "FIN",
	  "FIN: I have nothing more to send",
	  "the program has closed its side", "9293 3.6")
	W(TCP_FIN_AGAIN, "FIN",
	  "FIN again",
	  "it was not acknowledged in time", "9293 3.6")
	W(TCP_ACK, "ACK",
	  "ACK: everything before {ack} has arrived",
	  "data must be acknowledged", "9293 3.8")
	W(TCP_ACK_DELAYED, "ACK",
	  "ACK: everything before {ack} has arrived",
	  "an answer that it could ride on did not come in time", "9293 3.8.6.3")
	W(TCP_ACK_DUP, "ACK",
	  "ACK again: I still wait for {ack}",
	  "a later piece arrived first, or one came twice", "5681 4.2")
	W(TCP_ACK_FIN, "ACK",
	  "ACK of the FIN: I know that you are done",
	  "a FIN must be acknowledged", "9293 3.6")
	W(TCP_ACK_OLD, "ACK",
	  "ACK: I expect {ack}",
	  "a segment outside the window arrived", "9293 3.10.7.4")
	W(TCP_ACK_CHALLENGE, "ACK",
	  "ACK: prove that you are who you claim to be",
	  "a segment arrived that might be forged", "5961 3.2")
	W(TCP_WINDOW_UPDATE, "ACK",
	  "ACK: I have room again[ ({win} before scaling)]",
	  "the program has read", "9293 3.8.6.2.2")
	W(TCP_WINDOW_PROBE, "window probe",
	  "is there room again?",
	  "the other side's window was full, and its update may have been lost", "9293 3.8.6.1")
	W(TCP_KEEPALIVE, "keepalive",
	  "are you still there?",
	  "nothing was heard for a while", "9293 3.8.4")
	W(TCP_RETRANSMIT, "data",
	  "{datalen} octets again, from number {seq}",
	  "they were not acknowledged in time", "6298 5")
	W(TCP_FAST_RETRANSMIT, "data",
	  "{datalen} octets again, from number {seq}",
	  "three duplicate acknowledgements say that they were lost", "5681 3.2")
	W(TCP_RST_REFUSED, "RST",
	  "RST: nobody listens here",
	  "the port is closed", "9293 3.5.2")
	W(TCP_RST_ABORT, "RST",
	  "RST: the connection is over",
	  "the program gave it up at once", "9293 3.10.5")
	W(TCP_RST_BAD_ACK, "RST",
	  "RST: this acknowledges what was never sent",
	  "the segment belongs to no connection of ours", "9293 3.5.2")
	W(TCP_RST_SILENT, "RST",
	  "RST: this connection is given up",
	  "no keepalive was answered; should the peer be there after all, it is to know",
	  "9293 3.8.4")
	W(TCP_RST_DATA_LOST, "RST",
	  "RST: data arrived that nobody will read",
	  "the program closed without reading it", "2525 2.17")
	W(TCP_SYN_ACK_COOKIE, "SYN,ACK",
	  "SYN,ACK: agreed; my count {seq} is a cookie",
	  "the SYN queue is full; the number says all there is to remember",
	  "4987 3.6")
	W(TCP_STATE, "state",
	  "{from} -> {to}",
	  NULL, "9293 3.3.2")
	W(TCP_OPENED, "connection",
	  "the connection {local} - {remote} stands",
	  NULL, "9293 3.5")
	W(TCP_RTT, "round-trip time",
	  "measured {rtt_us}",
	  "an acknowledgement came for a segment that was timed", "6298 2")
	W(TCP_RTO, "retransmission timer",
	  "retransmission timer {rto_ms} ms[; the next is {next_rto_ms} ms]",
	  "no acknowledgement came in time", "6298 5")
	W(TCP_CWND, "congestion window",
	  "congestion window {cwnd} octets, threshold {ssthresh}: {why}",
	  NULL, "5681 3.1")
	W(TCP_HYSTART, "slow start",
	  "{why}: window {cwnd} octets, round trip {rtt_us}[ after {last_rtt_us}]",
	  "a queue that fills is seen as delay before it overflows", "9406 4.2")
	W(TCP_CUBIC, "congestion window",
	  "a curve begins at {cwnd} octets, its middle {w_max} octets in {k_ms} ms: {why}",
	  "CUBIC's window is a function of the time since the last reduction",
	  "9438 4.2")
	W(TCP_BBR, "path model",
	  "{why}: {mode}, bandwidth {bw} octets/s, round trip {min_rtt_us}",
	  "BBR sends at the rate that the path delivered, not until it loses",
	  NULL)
	W(TCP_DCTCP, "congestion window",
	  "of the last window {alpha} of 1024 were marked: window {cwnd} octets",
	  "the window falls as much as there are marks", "8257 3.3")
	W(TCP_ECN, "congestion mark",
	  "{why}[: window {cwnd} octets, threshold {ssthresh}]",
	  "a queue marked packets instead of dropping them", "3168 6.1")
	W(TCP_PACE, "pacing timer",
	  "the next burst may leave, at {rate} octets/s",
	  "a burst at once would only stand in a queue", NULL)
	W(TCP_PERSIST, "persist timer",
	  "the window is still closed, {waiting} octets wait: asks",
	  "its update may have been lost", "9293 3.8.6.1")
	W(TCP_DELACK, "delayed ACK timer",
	  "the wait for company of an ACK is over",
	  "an ACK must not be held back for long", "9293 3.8.6.3")
	W(TCP_KEEP_TIMER, "keepalive timer",
	  "nothing was heard for a while",
	  "a silent peer may be gone", "9293 3.8.4")
	W(TCP_2MSL, "2MSL timer",
	  "TIME-WAIT is over, {=local} may be used again",
	  "all old segments have died out by now", "9293 3.6.1")
	W(TCP_GIVE_UP, "connection",
	  "gives up[ after {tries} tries][ waiting in {state}]",
	  "nothing came back", "9293 3.8.3")
	W(TCP_REASSEMBLY, "reassembly queue",
	  "waits in the reassembly queue: {missing} octets before it are missing",
	  "a piece before it is missing", "9293 3.4")
	W(TCP_RESET_BY_PEER, "RST",
	  "{remote} reset the connection",
	  "its RST is exactly in sequence", "9293 3.10.7.4")
	W(TCP_REFUSED, "RST",
	  "the connection to port {port} is refused",
	  "nobody listens on that port", "9293 3.10.7.3")
	W(TCP_COARSE, "records of what was sent",
	  "no room for one more record; the last one has {octets} octets now",
	  "memory, or their limit, is at its end; at worst something is sent"
	  " twice", "2018 5.1")
	W(TCP_TLP, "tail loss probe",
	  "the last octets under way are sent once more",
	  "two round trips of silence: the answer shows whether something is"
	  " missing", "8985 7.3")
	W(TCP_TLP_TIMER, "probe timer",
	  "{flight} octets under way and {pto_ms} ms of silence: a probe is due",
	  "the end of a flight may be lost, and nothing follows that shows it",
	  "8985 7.2")
	W(TCP_REORDER_TIMER, "reordering timer",
	  "what was late is still missing; {sacked} octets behind it arrived",
	  "if the path had only changed the order it would be here by now",
	  "8985 6.3")
	W(TCP_CA, "state of loss recovery",
	  "from {from} to {to}: {why} (window {cwnd}, threshold {ssthresh},"
	  " in the network {pipe}, lost {lost}, arrived early {sacked})",
	  "what the sender believes of the path decides how fast it sends",
	  "5681 3.2")
	W(TCP_LOST, "loss",
	  "{octets} octets from {seq} on are taken for lost, {age_us} after"
	  " they were sent",
	  "what was sent later has arrived", "8985 6.2")
	W(TCP_REORDERED, "order",
	  "the path changes the order: octet {seq} arrived {octets} octets late",
	  "it was sent only once, so it was never lost; from now on more"
	  " patience is needed", "8985 6.2")
	W(TCP_DSACK, "report of a duplicate",
	  "the peer got {octets} octets from {seq} on a second time",
	  "something was sent again that need not have been", "2883 4")
	W(TCP_UNDO, "reduction taken back",
	  "window {cwnd} and threshold {ssthresh} as before: {why}",
	  "nothing had been lost, so the path did not ask for less", "4015 3.2")
	W(TCP_RENEGED, "report taken back",
	  "the peer forgot {octets} octets that it had reported",
	  "it would have acknowledged them if it still had them: all is sent"
	  " again", "2018 8")
	W(TCP_SYN_FLOOD, "SYN",
	  "too many half-open connections to port {port}: answering with cookies",
	  "{half_open} peers were answered and are silent; nothing more is kept",
	  "4987 3.6")
	W(TCP_COOKIE, "ACK",
	  "the peer brought the SYN cookie back: connection to port {port}",
	  "only who saw our SYN,ACK knows a number that we signed", "4987 3.6")
	W(TCP_FASTOPEN_OPENED, "fast open",
	  "{remote} is connected by its SYN; {octets} octets came with it",
	  "it has a cookie: it received a packet at that address before",
	  "7413 4.1")
	W(TCP_FASTOPEN_TAKEN, "fast open",
	  "{remote} took {octets} octets from the SYN: a round trip is saved",
	  "its SYN,ACK acknowledges them", "7413 4.2.1")
	W(TCP_FASTOPEN_NOT_TAKEN, "fast open",
	  "{remote} took nothing from the SYN; {octets} octets go again",
	  "its SYN,ACK acknowledges the SYN alone", "7413 4.2.1")
	W(TCP_FASTOPEN_LOST, "fast open",
	  "no answer from {remote} to a SYN with {octets} octets of data",
	  "something on the way may not like it: the next SYN has none",
	  "7413 4.1.3")
	W(TCP_URGENT, "urgent data",
	  "{remote} says: hurry, {ahead} octets from here is something urgent",
	  "a segment had the URG bit and a pointer", "6093 2.1")
	W(TCP_RCVBUF, "receive buffer",
	  "the receive buffer grows to {octets} octets",
	  "the program has read {read} in a round trip of {rtt_us}", "9293 3.8.6")
	W(TCP_SNDBUF, "send buffer",
	  "the send buffer grows to {octets} octets",
	  "the congestion window is {cwnd}, and the next should wait behind it", "5681 3.1")
	W(TCP_MTU_PROBE, "data",
	  "{datalen} octets in one, from number {seq}: do so many get through?",
	  "routers may swallow what is too large and not say so", "4821 7.4")
	W(TCP_PATH_SIZE, "size of segments",
	  "{what} (from {low} to {high} octets)", NULL, "4821 7.3")
	W(TCP_REAPED, "connection",
	  "ends the connection to {remote}: its window was shut for {stalled_s} s",
	  "memory is short, and {waiting} octets wait for a reader", "6429 3")
	W(TCP_UTO, "user timeout",
	  "waits up to {limit_s} s for an acknowledgement from now on",
	  "{remote} says that it waits {said_s} s, and the user does not mind",
	  "5482 3.1")
};
/* clang-format on */
static_assert(ARRAY_SIZE(words) == R_COUNT, "a row for each reason");

const struct words *words_of(enum reason what)
{
	static const struct words *(*const families[])(enum reason) = {
		words_of_gateway, words_of_nd,	 words_of_switch,
		words_of_group,	  words_of_boot, words_of_ppp,
		words_of_way,	  words_of_run,	 words_of_io,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		const struct words *w = families[i](what);

		if (w)
			return w;
	}
	return &words[what < R_COUNT ? what : R_NONE];
}
