/* SPDX-License-Identifier: MIT */
#ifndef CORE_DROP_H
#define CORE_DROP_H

/*
 * drop.h - every reason for which a frame may be dropped
 *
 * A drop increments exactly one counter of the place where it happened and
 * emits one event.  Nothing disappears silently: the only way to discard a
 * packet that somebody sent is pkt_drop().
 *
 * Columns: name, sentence for a person.
 */

/* clang-format off */
#define DROP_REASONS(X)							\
	/* cable, driver, link */					\
	X(link_down,	"the link was down")				\
	X(cable_loss,	"the cable lost it")				\
	X(cable_queue,	"the queue in front of the cable was full")	\
	X(hub_collisions, "sixteen collisions in a row on the wire of a hub")	\
	X(fault_match,	"a fault of the lab removed exactly this frame") \
	X(partition,	"the network was partitioned here")		\
	X(frozen,	"the host was frozen or off")			\
	X(l2_short,	"shorter than an Ethernet header")		\
	X(l2_len,	"its 802.3 length is longer than the frame")	\
	X(l2_fcs,	"the frame check sequence did not match: bits were flipped") \
	X(l2_other,	"addressed to another MAC address")		\
	X(l2_proto,	"an EtherType nobody here speaks")		\
	X(rx_oversize,	"larger than the interface takes")		\
	X(vnet_bad,	"an offload header that describes octets that are not there") \
	X(no_memory,	"no memory for it")				\
	X(tx_queue,	"the transmit queue was full")			\
	X(tx_down,	"the interface was down")			\
	X(tx_refused,	"the device refused it")			\
	X(pad_only,	"nothing but padding")				\
	/* serial line */						\
	X(ppp_fcs,	"the check sequence of its PPP frame did not match") \
	X(ppp_short,	"shorter than a PPP frame can be")		\
	X(ppp_long,	"a PPP frame longer than agreed on")		\
	X(ppp_abort,	"its sender broke off the PPP frame")		\
	X(ppp_header,	"a PPP address or protocol that cannot be")	\
	X(ppp_proto,	"a PPP protocol nobody here speaks")		\
	X(ppp_phase,	"a PPP protocol whose time has not come")	\
	X(ppp_ctl,	"a PPP control packet with lengths that cannot be") \
	X(pppoe_bad,	"a PPPoE packet with lengths or tags that cannot be") \
	X(pppoe_cookie,	"a PPPoE request without the cookie it was given") \
	X(pppoe_session, "a PPPoE session that there is none of with this peer") \
	X(pppoe_full,	"more PPPoE sessions than there may be")	\
	X(pppoe_service, "a PPPoE service that nobody here offers")	\
	X(pppoe_unasked, "a PPPoE answer that nobody had asked for")	\
	X(pppoe_other,	"a PPPoE question to concentrators, of which this is none") \
	/* switch */							\
	X(mac_src_group, "a group address as its source")		\
	X(sw_same_port,	"its destination is on the port it came from")	\
	X(sw_storm,	"storm control: too many floods on this port")	\
	X(sw_no_member,	"no port of the switch wants its group")	\
	X(stp_blocked,	"spanning tree keeps this port closed")		\
	X(stp_bad,	"not a well-formed BPDU")			\
	X(stp_own,	"the switch's own BPDU, come back")		\
	X(stp_guard,	"a BPDU at a port where no bridge may be")	\
	X(sw_reserved,	"an address that no bridge forwards (01:80:c2:00:00:0x)") \
	X(sw_storm_broadcast, "storm control: too many broadcasts on this port") \
	X(sw_storm_multicast, "storm control: too many frames to groups on this port") \
	X(sw_storm_unknown, "storm control: too many frames to unknown addresses on this port") \
	X(sw_dhcp,	"an answer of DHCP at a port where no server may be")	\
	X(sw_mirror,	"it came in at a port that only gets copies")	\
	X(vlan_untagged, "no VLAN tag, and the port has no VLAN for such frames") \
	X(vlan_tagged,	"a VLAN tag at a port that takes none")		\
	X(vlan_denied,	"a VLAN that the port does not carry")		\
	X(vlan_reserved, "VLAN 4095, which nobody may use")		\
	X(vlan_double,	"a second VLAN tag")				\
	X(vlan_unknown,	"a VLAN for which this host has no interface")	\
	/* arp */							\
	X(arp_bad,	"not a well-formed ARP packet for IPv4 over Ethernet") \
	X(arp_sender,	"an ARP sender address that cannot be true")	\
	X(arp_other,	"an ARP question about somebody else")		\
	X(arp_unasked,	"an ARP answer nobody asked for")		\
	X(arp_conflict,	"an ARP claim that contradicts a live neighbour") \
	X(arp_queue,	"too many packets already wait for this address") \
	X(arp_failed,	"nobody answered the ARP requests for its next hop") \
	/* IPv4 */							\
	X(ip_short,	"shorter than an IP header")			\
	X(ip_version,	"not IP version 4")				\
	X(ip_hlen,	"an IP header length that cannot be")		\
	X(ip_len,	"an IP total length that cannot be")		\
	X(ip_csum,	"a wrong IP header checksum")			\
	X(ip_opt,	"malformed IP options")				\
	X(ip_source_route, "source routing, which is refused")		\
	X(martian,	"a source address that cannot be")		\
	X(ip_bcast,	"a unicast packet in a broadcast frame")	\
	X(ip_not_ours,	"addressed to somebody else, and this is no router") \
	X(ip_no_route,	"no route to its destination")			\
	X(ip_rpf,	"its source does not live on this side")	\
	X(ip_ttl,	"its time to live ran out")			\
	X(ip_df,	"too big for the next link and not to be fragmented") \
	X(ip_too_big,	"larger than an IP packet can be")		\
	X(ip_proto,	"a protocol nobody here speaks")		\
	X(ip_no_fwd_bcast, "a broadcast that routers do not forward")	\
	X(ip_refused,	"asked to send what must not be: a broadcast not intended, a source not ours") \
	X(ip_filter,	"the filter refused it")			\
	/* IPv6 */							\
	X(ip6_off,	"IPv6 is not spoken on this interface")		\
	X(ip6_len,	"an IPv6 length that cannot be")		\
	X(ip6_version,	"not IP version 6")				\
	X(ip6_ext,	"too many, too long or malformed extension headers") \
	X(ip6_opt,	"an IPv6 option nobody here knows, which says so itself") \
	X(ip6_routing,	"a routing header, which is refused")		\
	X(ip6_scope,	"it would leave the zone of its addresses")	\
	X(ip6_too_big,	"too big for the next link, and only its source may cut it") \
	X(ip6_first,	"a first fragment without all of its headers")	\
	X(ip6_nested,	"a fragment inside of fragments")		\
	X(ip6_nd_frag,	"neighbour discovery in fragments")		\
	/* neighbour discovery */					\
	X(nd_hops,	"neighbour discovery that has passed a router: its hop limit is not 255") \
	X(nd_bad,	"a malformed message of neighbour discovery")	\
	X(nd_sender,	"a MAC address in neighbour discovery that cannot be true") \
	X(nd_other,	"neighbour discovery that concerns somebody else") \
	X(nd_unasked,	"a neighbour advertisement nobody asked for")	\
	X(nd_conflict,	"a claim to an address that contradicts what is known") \
	X(nd_tentative,	"a question for an address that is not ours yet") \
	X(nd_loop,	"our own question, come back")			\
	X(nd_redirect,	"a redirect that is not from the router we use") \
	X(nd_queue,	"too many packets already wait for this neighbour") \
	X(nd_failed,	"the neighbour did not answer")			\
	/* fragments, of both versions */				\
	X(frag_size,	"fragments that add up to more than 65,535 octets") \
	X(frag_overlap,	"fragments that overlap")			\
	X(frag_dup,	"a fragment that had already arrived")		\
	X(frag_last,	"two last fragments, or one beyond the last")	\
	X(frag_align,	"a fragment whose length is no multiple of eight") \
	X(frag_many,	"too many fragments")				\
	X(frag_memory,	"too many unfinished datagrams")		\
	X(frag_timeout,	"its other fragments did not arrive in time")	\
	/* icmp */							\
	X(icmp_short,	"shorter than an ICMP header")			\
	X(icmp_csum,	"a wrong ICMP checksum")			\
	X(icmp_embed,	"an ICMP error about nothing recognizable")	\
	X(icmp_type,	"an ICMP type nobody here handles")		\
	X(icmp_bcast,	"an echo request to a broadcast address")	\
	X(icmp_stale,	"an ICMP message about nothing that is under way") \
	X(icmp_mtu,	"an MTU below 1280 octets, which no IPv6 link has") \
	X(icmp_limit,	"the rate limit for ICMP errors")		\
	/* groups */							\
	X(group_source,	"a source from which nobody here wants this group") \
	X(group_rpf,	"it came by another way than the one back to its source") \
	X(group_no_member, "no other network has a member of its group")	\
	X(igmp_short,	"shorter than an IGMP message")			\
	X(igmp_csum,	"a wrong IGMP checksum")			\
	X(igmp_type,	"an IGMP type nobody here handles")		\
	X(igmp_bad,	"a malformed IGMP message")			\
	X(igmp_hops,	"IGMP that may have passed a router: its time to live is not 1, or no router alert") \
	X(igmp_source,	"IGMP from an address of another network")	\
	X(igmp_dst,	"a group query to an address that is not the group's") \
	X(igmp_full,	"too many groups already have members here")	\
	X(mld_short,	"shorter than an MLD message")			\
	X(mld_bad,	"a malformed MLD message")			\
	X(mld_hops,	"MLD that may have passed a router: its hop limit is not 1, or no router alert") \
	X(mld_source,	"MLD that is not from a link-local address")	\
	X(mld_dst,	"a group query of MLD to an address that is not the group's") \
	X(mld_full,	"too many IPv6 groups already have members here") \
	/* nat */							\
	X(nat_none,	"no translation for it")			\
	X(nat_full,	"no free port to translate to")			\
	/* filter */							\
	X(filter_denied, "the filter's rules do not allow it")		\
	X(filter_state,	"it belongs to no connection that the filter knows") \
	X(filter_full,	"the filter can remember no more connections")	\
	X(filter_host,	"its sender has opened too many connections")	\
	X(filter_rejected, "the filter's rules do not allow it, and say so") \
	/* udp */							\
	X(udp_short,	"shorter than a UDP header")			\
	X(udp_len,	"a UDP length that cannot be")			\
	X(udp_csum,	"a wrong UDP checksum")				\
	X(udp_no_port,	"nobody listens on its UDP port")		\
	X(udp_rcvbuf,	"the receive buffer of the socket was full")	\
	X(udp_zero_port, "UDP port zero")				\
	X(udplite_short, "shorter than a UDP-Lite header")		\
	X(udplite_cover, "a UDP-Lite checksum coverage that cannot be")	\
	X(udplite_csum,	"a wrong UDP-Lite checksum")			\
	X(udplite_part,	"less of it is covered by its checksum than the socket wants") \
	/* raw, ping and packet sockets: what is lost is a copy */	\
	X(sock_rcvbuf,	"the receive buffer of a raw or packet socket was full") \
	/* rip */							\
	X(rip_bad,	"not a well-formed message of RIP")		\
	X(rip_version,	"a version of RIP that is not spoken here")	\
	X(rip_source,	"RIP from somebody who is no neighbour, or may not be one") \
	X(rip_auth,	"RIP without the right password or digest, or an old message said again") \
	/* dhcp, rarp */						\
	X(dhcp_bad,	"not a well-formed message of BOOTP or DHCP")	\
	X(dhcp_unasked,	"a DHCP message that nobody waits for")		\
	X(dhcp_absurd,	"a DHCP answer that gives what cannot be used")	\
	X(dhcp_none,	"a question to DHCP for which no address is left") \
	X(dhcp_hops,	"a DHCP message that has passed too many relays") \
	X(dhcp_port,	"a question to DHCP from a port that has its share of addresses") \
	X(dhcp_spoofed,	"a relay's mark in DHCP from somebody who is no relay") \
	X(rarp_bad,	"not a well-formed RARP message")		\
	X(rarp_unasked,	"a RARP message that concerns nobody here")	\
	/* tcp */							\
	X(tcp_short,	"shorter than a TCP header")			\
	X(tcp_hlen,	"a TCP header length that cannot be")		\
	X(tcp_csum,	"a wrong TCP checksum")				\
	X(tcp_opt,	"malformed TCP options in a SYN")		\
	X(tcp_dst,	"a TCP segment to a broadcast or group address") \
	X(tcp_no_conn,	"no connection and no listener for it")		\
	X(tcp_rst_ignored, "a reset that belongs to no connection")	\
	X(tcp_flags,	"no flag that makes sense in this state")	\
	X(tcp_seq,	"outside the receive window")			\
	X(tcp_dup,	"all of it had already arrived")		\
	X(tcp_paws,	"an old timestamp: a duplicate from the past")	\
	X(tcp_no_ts,	"without the timestamp that both ends had agreed on")	\
	X(tcp_no_ack,	"no ACK bit")					\
	X(tcp_ack_bad,	"an acknowledgement that cannot be true")	\
	X(tcp_rst_bad,	"a reset outside or not at the edge of the window") \
	X(tcp_syn_bad,	"a SYN inside a connection")			\
	X(tcp_backlog,	"the listener's queue was full")		\
	X(tcp_rcvbuf,	"no room left in the receive buffer")		\
	X(tcp_ooo,	"too many holes in the reassembly queue")	\
	X(tcp_after_fin, "data after the end of the stream")		\
	X(tcp_closed,	"data for a socket that is closed for reading")	\
	X(tcp_time_wait, "an old segment for a connection in TIME-WAIT") \
	X(tcp_deferred,	"the third step alone, and the listener waits for data") \
	/* the machine's sockets */					\
	X(outlet_wait,	"a SYN again, while the machine still connects")	\
	X(outlet_failed, "the machine could not pass it on")		\
	X(outlet_forbidden, "the way out does not lead there, or the machine does not allow it") \
	X(outlet_full,	"the machine has no descriptor or no memory left for it")
/* clang-format on */

enum drop {
#define X(name, text) DROP_##name,
	DROP_REASONS(X)
#undef X
		DROP_COUNT
};

/* Name of a reason as it stands in counters and logs. */
const char *drop_name(enum drop why);

/* The reason as half a sentence, for a person. */
const char *drop_text(enum drop why);

#endif /* CORE_DROP_H */
