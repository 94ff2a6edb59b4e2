/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_H
#define CORE_REASON_H

/*
 * reason.h - what an event means
 *
 * Every frame that a stack sends and every event it emits carries one of
 * these.  Here stand only the names; the sentences that a person reads are
 * made from them, and from the event's fields, in trace/.  A name is the
 * protocol, a dot, and what happened; it is written to the log as it stands.
 */

/* clang-format off */
#define REASONS(X)							\
	X(NONE,			"none")					\
	/* a person, a script, an application */			\
	X(LAB_BEGIN,		"lab.begin")				\
	X(LAB_NODE,		"lab.node")				\
	X(LAB_ADDRESS,		"lab.address")				\
	X(LAB_LINK,		"lab.link")				\
	X(ACTION,		"lab.action")				\
	X(FAULT_BEGIN,		"fault.begin")				\
	X(FAULT_END,		"fault.end")				\
	X(FAULT_MATCH,		"fault.match")				\
	X(URL_PARSE,		"visit.url")				\
	X(URL_BAD,		"visit.bad-url")			\
	X(VISIT_BEGIN,		"visit.begin")				\
	X(VISIT_END,		"visit.end")				\
	X(VISIT_FAIL,		"visit.fail")				\
	X(PAGE_SHOWN,		"visit.page-shown")			\
	X(SUBRESOURCE,		"visit.subresource")			\
	X(BCACHE_HIT,		"bcache.hit")				\
	X(BCACHE_MISS,		"bcache.miss")				\
	X(BCACHE_STALE,		"bcache.stale")				\
	X(BCACHE_STORE,		"bcache.store")				\
	X(BCACHE_VALIDATED,	"bcache.validated")			\
	X(HCACHE_HIT,		"hcache.hit")				\
	X(HCACHE_MISS,		"hcache.miss")				\
	X(HCACHE_STORE,		"hcache.store")				\
	X(HOSTS_HIT,		"hosts.hit")				\
	X(HOSTS_MISS,		"hosts.miss")				\
	X(HTTP_REQUEST,		"http.request")				\
	X(HTTP_RESPONSE,	"http.response")			\
	X(HTTP_SERVE,		"http.serve")				\
	X(HTTP_BAD,		"http.bad")				\
	X(DNS_QUERY,		"dns.query")				\
	X(DNS_ANSWER,		"dns.answer")				\
	X(DNS_REFERRAL,		"dns.referral")				\
	X(DNS_NEGATIVE,		"dns.negative")				\
	X(DNS_FAIL,		"dns.fail")				\
	X(DNS_RETRY,		"dns.retry")				\
	X(DNS_BAD,		"dns.bad")				\
	X(DNS_CACHE_HIT,	"dns.cache-hit")			\
	X(DNS_CACHE_MISS,	"dns.cache-miss")			\
	X(DNS_CACHE_STORE,	"dns.cache-store")			\
	/* how a host gets its address */				\
	X(DHCP_STATE,		"dhcp.state")				\
	X(DHCP_TIMER,		"dhcp.timer")				\
	X(DHCP_ASK,		"dhcp.ask")				\
	X(DHCP_BOUND,		"dhcp.bound")				\
	X(DHCP_LOST,		"dhcp.lost")				\
	X(DHCP_REFUSED,		"dhcp.refused")				\
	X(DHCP_IGNORED,		"dhcp.ignored")				\
	X(DHCP_CONFLICT,	"dhcp.conflict")			\
	X(DHCP_ANSWER,		"dhcp.answer")				\
	X(DHCP_LEASE,		"dhcp.lease")				\
	X(RARP_REQUEST,		"rarp.request")				\
	X(RARP_REPLY,		"rarp.reply")				\
	X(RARP_TIMER,		"rarp.timer")				\
	X(RARP_LEARN,		"rarp.learn")				\
	X(EYEBALLS_WON,		"eyeballs.won")			\
	X(PING_SENT,		"ping.sent")				\
	X(PING_ANSWER,		"ping.answer")				\
	X(PING_TIMEOUT,		"ping.timeout")				\
	X(CONNECT_ASK,		"connect.ask")				\
	X(CONNECT_ANSWER,	"connect.answer")			\
	X(CONNECT_SILENCE,	"connect.silence")			\
	X(CONNECT_LOST,		"connect.lost")				\
	/* system-like calls on sockets */				\
	X(SOCK_SOCKET,		"sock.socket")				\
	X(SOCK_BIND,		"sock.bind")				\
	X(SOCK_LISTEN,		"sock.listen")				\
	X(SOCK_CONNECT,		"sock.connect")				\
	X(SOCK_CONNECTED,	"sock.connected")			\
	X(SOCK_ACCEPT,		"sock.accept")				\
	X(SOCK_SEND,		"sock.send")				\
	X(SOCK_RECV,		"sock.recv")				\
	X(SOCK_SHUTDOWN,	"sock.shutdown")			\
	X(SOCK_CLOSE,		"sock.close")				\
	X(SOCK_ERROR,		"sock.error")				\
	/* cable */							\
	X(CABLE_CORRUPT,	"cable.corrupt")			\
	X(CABLE_REPAIR,		"cable.repair")				\
	X(HUB_COLLISION,	"hub.collision")			\
	X(CABLE_DUP,		"cable.duplicate")			\
	X(CABLE_REORDER,	"cable.reorder")			\
	X(CABLE_MARK,		"cable.mark")				\
	X(CABLE_UP,		"cable.up")				\
	X(CABLE_DOWN,		"cable.down")				\
	/* serial line */						\
	X(PPP_STATE,		"ppp.state")				\
	X(PPP_LOOP,		"ppp.loop")				\
	X(PPP_AUTH,		"ppp.auth")				\
	X(PPP_REFUSED,		"ppp.refused")				\
	X(PPP_SILENT,		"ppp.silent")				\
	X(PPP_ADDR,		"ppp.address")				\
	X(PPP_RECEIVED,		"ppp.received")				\
	/* switch */							\
	X(SW_FORWARD,		"switch.forward")			\
	X(SW_FLOOD,		"switch.flood")				\
	X(SW_LEARN,		"switch.learn")				\
	X(SW_MOVE,		"switch.move")				\
	X(SW_AGE,		"switch.age")				\
	X(SW_FULL,		"switch.full")				\
	X(SW_GROUP,		"switch.group")				\
	X(SW_GROUP_LEARN,	"switch.group-learn")			\
	X(SW_GROUP_AGE,		"switch.group-age")			\
	X(SW_ROUTER_PORT,	"switch.router-port")			\
	X(STP_START,		"stp.start")				\
	X(STP_HELLO,		"stp.hello")				\
	X(STP_PROPOSE,		"stp.propose")				\
	X(STP_AGREE,		"stp.agree")				\
	X(STP_CHANGE,		"stp.change")				\
	X(STP_ROOT,		"stp.root")				\
	X(STP_ROLE,		"stp.role")				\
	X(STP_STATE,		"stp.state")				\
	X(STP_TOPOLOGY,		"stp.topology")				\
	X(STP_SILENT,		"stp.silent")				\
	/* arp */							\
	X(ARP_HIT,		"arp.hit")				\
	X(ARP_MISS,		"arp.miss")				\
	X(ARP_REQUEST,		"arp.request")				\
	X(ARP_RETRY,		"arp.retry")				\
	X(ARP_REFRESH,		"arp.refresh")				\
	X(ARP_REPLY,		"arp.reply")				\
	X(ARP_PROXY,		"arp.proxy-reply")			\
	X(ARP_PROBE,		"arp.probe")				\
	X(ARP_ANNOUNCE,		"arp.announce")				\
	X(ARP_DEFEND,		"arp.defend")				\
	X(ARP_TIMER,		"arp.timer")				\
	X(ARP_LEARN,		"arp.learn")				\
	X(ARP_STATE,		"arp.state")				\
	X(ARP_FAIL,		"arp.fail")				\
	X(ARP_AGE,		"arp.age")				\
	X(ARP_CONFLICT,		"arp.conflict")				\
	/* ip */							\
	X(ROUTE_HIT,		"route.hit")				\
	X(ROUTE_MISS,		"route.miss")				\
	X(ROUTE_REDIRECT,	"route.redirect")			\
	X(IP_FRAGMENT,		"ip.fragment")				\
	X(IP_REASSEMBLED,	"ip.reassembled")			\
	X(IP_REASM_TIMEOUT,	"ip.reassembly-timeout")		\
	X(PMTU_LOWER,		"pmtu.lower")				\
	X(PMTU_AGE,		"pmtu.age")				\
	X(IP6_ADDR,		"ip6.address")				\
	X(IP6_ADDR_END,		"ip6.address-expired")			\
	X(IP6_FRAGMENT,		"ip6.fragment")				\
	X(NAT_NEW,		"nat.new")				\
	X(NAT_OUT,		"nat.out")				\
	X(NAT_IN,		"nat.in")				\
	X(NAT_EXPIRE,		"nat.expire")				\
	X(FILTER_NEW,		"filter.new")				\
	X(FILTER_STATE,		"filter.state")				\
	X(FILTER_EXPIRE,	"filter.expire")			\
	X(FILTER_EVICT,		"filter.evict")				\
	/* icmp */							\
	X(ICMP_ECHO_REQUEST,	"icmp.echo-request")			\
	X(ICMP_ECHO_REPLY,	"icmp.echo-reply")			\
	X(ICMP_UNREACH,		"icmp.unreachable")			\
	X(ICMP_FRAG_NEEDED,	"icmp.fragmentation-needed")		\
	X(ICMP_TIME_EXCEEDED,	"icmp.time-exceeded")			\
	X(ICMP_PARAM,		"icmp.parameter-problem")		\
	X(ICMP_REDIRECT,	"icmp.redirect")			\
	X(ICMP_ERROR_IN,	"icmp.error-received")			\
	/* groups */							\
	X(IGMP_JOIN,		"igmp.join")				\
	X(IGMP_LEAVE,		"igmp.leave")				\
	X(IGMP_AGAIN,		"igmp.report-again")			\
	X(IGMP_ANSWER,		"igmp.answer")				\
	X(IGMP_TIMER,		"igmp.timer")				\
	X(IGMP_QUERY,		"igmp.query")				\
	X(IGMP_QUERY_GROUP,	"igmp.query-group")			\
	X(IGMP_QUERIER,		"igmp.querier")				\
	X(IGMP_VERSION,		"igmp.version")				\
	X(IGMP_MEMBER,		"igmp.member")				\
	X(IGMP_MEMBER_GONE,	"igmp.member-gone")			\
	X(GROUP_FORWARD,	"group.forward")			\
	/* neighbour discovery */					\
	X(ND_HIT,		"nd.hit")				\
	X(ND_MISS,		"nd.miss")				\
	X(ND_SOLICIT,		"nd.solicit")				\
	X(ND_RETRY,		"nd.retry")				\
	X(ND_REFRESH,		"nd.refresh")				\
	X(ND_ADVERT,		"nd.advert")				\
	X(ND_PROXY,		"nd.proxy-advert")			\
	X(ND_ANNOUNCE,		"nd.announce")				\
	X(ND_TIMER,		"nd.timer")				\
	X(ND_LEARN,		"nd.learn")				\
	X(ND_STATE,		"nd.state")				\
	X(ND_FAIL,		"nd.fail")				\
	X(ND_AGE,		"nd.age")				\
	X(ND_CONFLICT,		"nd.conflict")				\
	X(ND_DAD_PROBE,		"nd.dad-probe")				\
	X(ND_DAD_FREE,		"nd.dad-free")				\
	X(ND_DAD_TAKEN,		"nd.dad-taken")				\
	X(ND_DAD_LOOP,		"nd.dad-loop")				\
	X(ND_RS,		"nd.router-solicit")			\
	X(ND_RS_TIMER,		"nd.router-solicit-timer")		\
	X(ND_RA,		"nd.router-advert")			\
	X(ND_RA_FINAL,		"nd.router-advert-final")		\
	X(ND_RA_TIMER,		"nd.router-advert-timer")		\
	X(ND_RA_LIE,		"nd.router-lie")			\
	X(ND_ENDS,		"nd.lifetime")				\
	X(ND_ROUTER_FOUND,	"nd.router-found")			\
	X(ND_ROUTER_DOWN,	"nd.router-down")			\
	X(ND_ROUTER_LOST,	"nd.router-lost")			\
	X(ND_NET,		"nd.prefix")				\
	X(ND_NET_END,		"nd.prefix-expired")			\
	X(ND_DNS,		"nd.dns-server")			\
	X(ND_DOMAIN,		"nd.dns-domain")			\
	X(ND_AUTO,		"nd.autoconf")				\
	X(ND_TEMPORARY,		"nd.temporary")				\
	X(ND_AUTO_FAIL,		"nd.autoconf-failed")			\
	X(ND_REDIRECT,		"nd.redirect")				\
	X(ND_REDIRECTED,	"nd.redirected")			\
	X(ICMP6_ECHO_REQUEST,	"icmp6.echo-request")			\
	X(ICMP6_ECHO_REPLY,	"icmp6.echo-reply")			\
	X(ICMP6_UNREACH,	"icmp6.unreachable")			\
	X(ICMP6_TOO_BIG,	"icmp6.packet-too-big")			\
	X(ICMP6_TIME_EXCEEDED,	"icmp6.time-exceeded")			\
	X(ICMP6_PARAM,		"icmp6.parameter-problem")		\
	/* udp */							\
	X(UDP_SEND,		"udp.send")				\
	X(UDP_DELIVER,		"udp.deliver")				\
	/* tcp: segments */						\
	X(TCP_SYN,		"tcp.syn")				\
	X(TCP_SYN_AGAIN,	"tcp.syn-again")			\
	X(TCP_SYN_ACK,		"tcp.syn-ack")				\
	X(TCP_SYN_ACK_AGAIN,	"tcp.syn-ack-again")			\
	X(TCP_ACK_SYN,		"tcp.ack-of-syn")			\
	X(TCP_DATA,		"tcp.data")				\
	X(TCP_DATA_FIN,		"tcp.data-fin")				\
	X(TCP_FIN,		"tcp.fin")				\
	X(TCP_FIN_AGAIN,	"tcp.fin-again")			\
	X(TCP_ACK,		"tcp.ack")				\
	X(TCP_ACK_DELAYED,	"tcp.ack-delayed")			\
	X(TCP_ACK_DUP,		"tcp.ack-duplicate")			\
	X(TCP_ACK_FIN,		"tcp.ack-of-fin")			\
	X(TCP_ACK_OLD,		"tcp.ack-of-old")			\
	X(TCP_ACK_CHALLENGE,	"tcp.ack-challenge")			\
	X(TCP_WINDOW_UPDATE,	"tcp.window-update")			\
	X(TCP_WINDOW_PROBE,	"tcp.window-probe")			\
	X(TCP_KEEPALIVE,	"tcp.keepalive")			\
	X(TCP_RETRANSMIT,	"tcp.retransmit")			\
	X(TCP_FAST_RETRANSMIT,	"tcp.fast-retransmit")			\
	X(TCP_RST_REFUSED,	"tcp.rst-refused")			\
	X(TCP_RST_ABORT,	"tcp.rst-abort")			\
	X(TCP_RST_BAD_ACK,	"tcp.rst-bad-ack")			\
	X(TCP_RST_DATA_LOST,	"tcp.rst-data-lost")			\
	X(TCP_RST_SILENT,	"tcp.rst-silent")			\
	X(TCP_SYN_ACK_COOKIE,	"tcp.syn-ack-cookie")			\
	X(TCP_TLP,		"tcp.tail-loss-probe")			\
	/* tcp: everything else */					\
	X(TCP_STATE,		"tcp.state")				\
	X(TCP_OPENED,		"tcp.opened")				\
	X(TCP_SYN_FLOOD,	"tcp.syn-flood")			\
	X(TCP_COOKIE,		"tcp.cookie")				\
	X(TCP_FASTOPEN_OPENED,	"tcp.fastopen-opened")			\
	X(TCP_FASTOPEN_TAKEN,	"tcp.fastopen-taken")			\
	X(TCP_FASTOPEN_NOT_TAKEN, "tcp.fastopen-not-taken")		\
	X(TCP_FASTOPEN_LOST,	"tcp.fastopen-lost")			\
	X(TCP_RTT,		"tcp.rtt")				\
	X(TCP_RTO,		"tcp.rto")				\
	X(TCP_CWND,		"tcp.cwnd")				\
	X(TCP_HYSTART,		"tcp.hystart")				\
	X(TCP_CUBIC,		"tcp.cubic")				\
	X(TCP_BBR,		"tcp.bbr")				\
	X(TCP_DCTCP,		"tcp.dctcp")				\
	X(TCP_ECN,		"tcp.ecn")				\
	X(TCP_PACE,		"tcp.pacing")				\
	X(TCP_PERSIST,		"tcp.persist")				\
	X(TCP_DELACK,		"tcp.delack")				\
	X(TCP_KEEP_TIMER,	"tcp.keepalive-timer")			\
	X(TCP_2MSL,		"tcp.2msl")				\
	X(TCP_GIVE_UP,		"tcp.give-up")				\
	X(TCP_REASSEMBLY,	"tcp.reassembly")			\
	X(TCP_RESET_BY_PEER,	"tcp.reset-by-peer")			\
	X(TCP_REFUSED,		"tcp.refused")				\
	X(TCP_COARSE,		"tcp.records-coarse")			\
	X(TCP_TLP_TIMER,	"tcp.probe-timer")			\
	X(TCP_REORDER_TIMER,	"tcp.reorder-timer")			\
	X(TCP_CA,		"tcp.recovery-state")			\
	X(TCP_LOST,		"tcp.lost")			\
	X(TCP_REORDERED,	"tcp.reordered")			\
	X(TCP_DSACK,		"tcp.came-twice")			\
	X(TCP_UNDO,		"tcp.undo")			\
	X(TCP_RENEGED,		"tcp.reneged")			\
	X(TCP_URGENT,		"tcp.urgent")				\
	X(TCP_RCVBUF,		"tcp.rcvbuf")				\
	X(TCP_SNDBUF,		"tcp.sndbuf")				\
	X(TCP_MTU_PROBE,	"tcp.mtu-probe")			\
	X(TCP_PATH_SIZE,	"tcp.path-size")			\
	X(TCP_REAPED,		"tcp.reaped")
/* clang-format on */

enum reason {
#define X(id, name) R_##id,
	REASONS(X)
#undef X
		R_COUNT
};

/* Name of a reason as it stands in logs: "tcp.syn". */
const char *reason_name(enum reason r);

#endif /* CORE_REASON_H */
