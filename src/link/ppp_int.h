/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPP_INT_H
#define LINK_PPP_INT_H

/*
 * ppp_int.h - what the files of PPP share
 *
 *	ppp.c		the interface, which phase it is
 *	ppp_line.c	packets into frames, frames into octets, and back
 *	ppp_fsm.c	how two sides agree
 *	ppp_fsm_in.c	... and which event a packet is
 *	ppp_lcp.c	what they agree on about the line
 *	ppp_auth.c	who they are
 *	ppp_ncp.c	when addresses are agreed on, and what if not
 *	ppp_ipcp.c	which IPv4 addresses they have
 *	ppp_ip6cp.c	which IPv6 interface identifiers
 */

#include "core/netif.h"
#include "core/stack.h"

#include "link/ppp.h"
#include "link/ppp_fsm.h"

enum {
	PPP_CHALLENGE_LEN = 16,
	PPP_MRU_MIN = 68, /* no link may be narrower for IP: RFC 791, 3.2 */
	PPP_ROOM = PPP_MRU + PPP_HLEN_MAX + PPP_FCS_LEN,
};

/**
 * struct ppp_side - one side proves who it is to the other
 * @how:	Agreed on in LCP
 * @is_done:	It is proved, or nobody asked
 * @id:		Of the question under way
 * @tries:	Left
 * @timer:	Until it is sent again
 */
struct ppp_side {
	enum ppp_auth how;
	bool is_done;
	uint8_t id;
	unsigned int tries;
	struct timer timer;
};

/**
 * struct ppp - a session
 * @format:	How frames to the peer look, as agreed on
 * @magic:	Our magic number; the peer's must be another
 * @ask_*:	Which options we still ask for, the peer not having rejected them
 * @loops:	How often in a row our own magic number has come
 * @echo:	Next Echo-Request; @silent of them have had no answer
 * @is_heard:	A frame came since the last one
 * @is_looped:	The last echo packet was our own
 * @us, @him:	The two directions of authentication
 * @challenge:	That of CHAP which he has to answer
 * @local, @peer: Addresses as far as agreed on
 * @iid, @peer_iid: Interface identifiers likewise
 * @why:	What the octets that are read were made for
 * @account:	Who the peer is, or NULL
 * @is_refused:	Proof of who an end is was asked for, and failed
 */
struct ppp {
	struct netif netif;
	struct stack *stack;
	struct ppp_conf conf;
	const struct ppp_ops *ops;
	void *arg;
	struct ppp_decoder decoder;
	uint8_t buf[PPP_ROOM];
	struct ppp_fsm lcp, ipcp, ip6cp;
	struct ppp_format format;
	uint32_t magic;
	bool ask_mru, ask_accm, ask_magic, ask_pfc, ask_acfc, ask_addr;
	unsigned int loops, silent;
	uint8_t echo_id, reject_id;
	struct timer echo;
	struct ppp_side us, him;
	uint8_t challenge[PPP_CHALLENGE_LEN];
	ip4_addr local, peer;
	uint64_t iid, peer_iid;
	enum reason why;
	bool is_refused, is_heard, is_looped;
	const struct ppp_account *account;
};

/* The line has frames of its own. */
static inline bool ppp_is_framed(const struct ppp *p)
{
	return p->ops->transmit;
}

/* ppp.c */
/* A frame is there, from address or protocol on.  Takes @pkt. */
void ppp_frame_input(struct ppp *p, struct pkt *pkt);

/* ppp_line.c */
extern const struct netif_ops ppp_netif_ops;
void ppp_send_ctl(struct ppp *p, uint16_t proto, uint8_t code, uint8_t id,
		  const void *data, size_t len);

/* ppp_lcp.c */
void ppp_lcp_init(struct ppp *p);
void ppp_lcp_fini(struct ppp *p);
/* Back to what holds before anything is agreed on. */
void ppp_lcp_reset(struct ppp *p);

/* ppp_auth.c */
void ppp_auth_init(struct ppp *p);
/* LCP is open: begin, or go on at once if nobody asks. */
void ppp_auth_start(struct ppp *p);
void ppp_auth_stop(struct ppp *p);
int ppp_pap_input(struct ppp *p, const uint8_t *buf, size_t len);
int ppp_chap_input(struct ppp *p, const uint8_t *buf, size_t len);

/* ppp_ncp.c */
void ppp_ncp_init(struct ppp *p);
void ppp_ncp_fini(struct ppp *p);
/* Both are who they have to be: agree on addresses. */
void ppp_ncp_start(struct ppp *p);
void ppp_ncp_stop(struct ppp *p);
/* The peer does not speak @proto. */
void ppp_ncp_rejected(struct ppp *p, uint16_t proto);
/* One of them is not to be; ppp_fsm_ops.on_finished of all of them. */
void ppp_ncp_finished(struct ppp_fsm *f);

/* ppp_ipcp.c, ppp_ip6cp.c: what they negotiate; @reset: before they begin. */
extern const struct ppp_fsm_ops ppp_ipcp_ops, ppp_ip6cp_ops;
void ppp_ipcp_reset(struct ppp *p);
void ppp_ip6cp_reset(struct ppp *p);

#endif /* LINK_PPP_INT_H */
