/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_LAB_H
#define CORE_REASON_LAB_H

/*
 * reason_lab.h - what people, scripts and programs do
 *
 * A part of reason.h.
 */

/* clang-format off */
#define REASONS_LAB(X)							\
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
	X(DHCP_CHECK,		"dhcp.check")				\
	X(DHCP_TAKEN,		"dhcp.taken")				\
	X(DHCP_RELAY,		"dhcp.relay")				\
	X(DHCP_INFO,		"dhcp.info")				\
	X(DHCP6_STATE,		"dhcp6.state")				\
	X(DHCP6_TIMER,		"dhcp6.timer")				\
	X(DHCP6_ASK,		"dhcp6.ask")				\
	X(DHCP6_BOUND,		"dhcp6.bound")				\
	X(DHCP6_LOST,		"dhcp6.lost")				\
	X(DHCP6_INFO,		"dhcp6.info")				\
	X(DHCP6_REFUSED,	"dhcp6.refused")			\
	X(DHCP6_CONFLICT,	"dhcp6.conflict")			\
	X(DHCP6_ANSWER,		"dhcp6.answer")				\
	X(DHCP6_LEASE,		"dhcp6.lease")				\
	X(DHCP6_RELAY,		"dhcp6.relay")				\
	X(RARP_REQUEST,		"rarp.request")				\
	X(RARP_REPLY,		"rarp.reply")				\
	X(RARP_TIMER,		"rarp.timer")				\
	X(RARP_LEARN,		"rarp.learn")				\
	X(EYEBALLS_ORDER,	"eyeballs.order")			\
	X(EYEBALLS_TRY,		"eyeballs.try")				\
	X(RIP_ASK,		"rip.ask")				\
	X(RIP_TELL,		"rip.tell")				\
	X(RIP_TIMER,		"rip.timer")				\
	X(RIP_ATTACHED,		"rip.attached")				\
	X(RIP_LEARN,		"rip.learn")				\
	X(RIP_GONE,		"rip.gone")				\
	X(RIP_FORGET,		"rip.forget")				\
	X(RIP_IGNORED,		"rip.ignored")				\
	X(EYEBALLS_WON,		"eyeballs.won")				\
	X(EYEBALLS_LOST,	"eyeballs.lost")			\
	X(PING_SENT,		"ping.sent")				\
	X(PING_ANSWER,		"ping.answer")				\
	X(PING_TIMEOUT,		"ping.timeout")				\
	X(TRACE_SENT,		"trace.sent")				\
	X(TRACE_HOP,		"trace.hop")				\
	X(TRACE_SILENT,		"trace.silent")				\
	X(GROUP_SENT,		"group.sent")				\
	X(GROUP_HEARD,		"group.heard")				\
	X(GROUP_FAIL,		"group.failed")				\
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
	X(SOCK_RAW,		"sock.raw")				\
	X(SOCK_HEARD,		"sock.heard")				\
	X(SOCK_SIGNAL,		"sock.signal")				\
	X(RING_DONE,		"ring.done")				\
	/* real programs */						\
	X(RUN_START,		"run.start")				\
	X(RUN_CALL,		"run.call")				\
	X(RUN_EXIT,		"run.exit") \
	X(RUN_STOP,		"run.stop") \
	X(RUN_GO_ON,		"run.go-on") \
	X(RUN_KILL,		"run.kill") \
	X(RUN_PARK,		"run.wait")
/* clang-format on */

#endif /* CORE_REASON_LAB_H */
