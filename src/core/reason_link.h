/* SPDX-License-Identifier: MIT */
#ifndef CORE_REASON_LINK_H
#define CORE_REASON_LINK_H

/*
 * reason_link.h - what cables, switches and the link layer tell
 *
 * A part of reason.h.
 */

/* clang-format off */
#define REASONS_LINK(X)							\
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
	X(PPP_IID,		"ppp.identifier")			\
	X(PPP_CONF_REQ,		"ppp.configure-request")		\
	X(PPP_CONF_ACK,		"ppp.configure-ack")			\
	X(PPP_CONF_NAK,		"ppp.configure-nak")			\
	X(PPP_CONF_REJ,		"ppp.configure-reject")			\
	X(PPP_TERM_REQ,		"ppp.terminate-request")		\
	X(PPP_TERM_ACK,		"ppp.terminate-ack")			\
	X(PPP_CODE_REJ,		"ppp.code-reject")			\
	X(PPP_PROTO_REJ,	"ppp.protocol-reject")			\
	X(PPP_ECHO_REQ,		"ppp.echo-request")			\
	X(PPP_ECHO_REP,		"ppp.echo-reply")			\
	X(PPP_PAP_REQ,		"ppp.pap-request")			\
	X(PPP_PAP_ACK,		"ppp.pap-ack")				\
	X(PPP_PAP_NAK,		"ppp.pap-nak")				\
	X(PPP_CHALLENGE,	"ppp.chap-challenge")			\
	X(PPP_RESPONSE,		"ppp.chap-response")			\
	X(PPP_CHAP_SUCCESS,	"ppp.chap-success")			\
	X(PPP_CHAP_FAILURE,	"ppp.chap-failure")			\
	X(PPP_CARRIER,		"ppp.carrier")				\
	X(PPP_REDIAL,		"ppp.redial")				\
	X(PPPOE_PADI,		"pppoe.padi")				\
	X(PPPOE_PADO,		"pppoe.pado")				\
	X(PPPOE_PADR,		"pppoe.padr")				\
	X(PPPOE_PADS,		"pppoe.pads")				\
	X(PPPOE_PADT,		"pppoe.padt")				\
	X(PPPOE_STATE,		"pppoe.state")				\
	X(PPPOE_ERROR,		"pppoe.error")				\
	X(PPPOE_TIMER,		"pppoe.timer")				\
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
	X(STP_GUARD,		"stp.guard")				\
	X(SW_VLAN,		"switch.vlan")				\
	X(SW_MIRROR,		"switch.mirror")			\
	X(VLAN_IFACE,		"vlan.interface")			\
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
	X(ARP_CONFLICT,		"arp.conflict")
/* clang-format on */

#endif /* CORE_REASON_LINK_H */
