/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_NET_H
#define CORE_REASON_NET_H

/*
 * reason_net.h - what the internet layer and UDP tell
 *
 * A part of reason.h.
 */

/* clang-format off */
#define REASONS_NET(X)							\
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
	X(ROUTE_WAY,		"route.way")				\
	X(ROUTE_WAY_LOST,	"route.way-lost")			\
	X(ROUTE_WAY_BACK,	"route.way-back")			\
	X(FILTER_NEW,		"filter.new")				\
	X(FILTER_STATE,		"filter.state")				\
	X(FILTER_EXPIRE,	"filter.expire")			\
	X(FILTER_EVICT,		"filter.evict")				\
	X(FILTER_RESET,		"filter.reset")				\
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
	X(MLD_JOIN,		"mld.join")				\
	X(MLD_LEAVE,		"mld.leave")				\
	X(MLD_AGAIN,		"mld.report-again")			\
	X(MLD_ANSWER,		"mld.answer")				\
	X(MLD_TIMER,		"mld.timer")				\
	X(MLD_QUERY,		"mld.query")				\
	X(MLD_QUERY_GROUP,	"mld.query-group")			\
	X(MLD_QUERIER,		"mld.querier")				\
	X(MLD_VERSION,		"mld.version")				\
	X(MLD_MEMBER,		"mld.member")				\
	X(MLD_MEMBER_GONE,	"mld.member-gone")			\
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
	X(UDPLITE_SEND,		"udplite.send")				\
	X(UDP_DELIVER,		"udp.deliver")				\
	/* the machine's sockets */					\
	X(OUTLET_CONNECT,	"outlet.connect")			\
	X(OUTLET_OPEN,		"outlet.open")				\
	X(OUTLET_FAILED,	"outlet.failed")			\
	X(OUTLET_CLOSED,	"outlet.closed")			\
	X(OUTLET_FLOW,		"outlet.flow")				\
	X(OUTLET_OUT,		"outlet.out")				\
	X(OUTLET_IN,		"outlet.in")				\
	X(OUTLET_EVICTED,	"outlet.evicted")			\
	X(OUTLET_EXPIRED,	"outlet.expired")			\
	X(OUTLET_UDP,		"outlet.udp")				\
	X(OUTLET_ECHO,		"outlet.echo-reply")			\
	X(OUTLET_ERROR,		"outlet.icmp")
/* clang-format on */

#endif /* CORE_REASON_NET_H */
