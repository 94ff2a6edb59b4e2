/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPP_H
#define LINK_PPP_H

/*
 * ppp.h - IP over a line that knows only octets (RFC 1661)
 *
 *	line up -> LCP -> PAP or CHAP, if anyone asks -+-> IPCP   -> IPv4
 *						       +-> IPV6CP -> IPv6
 *
 * A session is an interface of a stack whose other end is a stream of octets:
 * a serial cable, a pseudo terminal.  Whoever owns that stream hands in what
 * has come and is handed what is to go.  Where the line has frames of its own
 * (PPPoE: pppoe.h), whole frames are handed over instead.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

#include "core/reason.h"

struct netif;
struct pkt;
struct ppp;
struct stack;

/* Whether the peer has to say who he is, and how. */
enum ppp_auth { PPP_AUTH_NONE, PPP_AUTH_PAP, PPP_AUTH_CHAP };

#define PPP_ECHO_S   10 /* an Echo-Request so often */
#define PPP_ECHO_MAX 3 /* that many unanswered, and nothing else: he has gone */
#define PPP_LOOP_MAX 5 /* our own magic number so often: a loop */

/**
 * struct ppp_account - somebody who may come; strings are borrowed
 * @name:	Who he says he is
 * @secret:	What he has to know
 * @peer:	The address that he gets
 * @if_name:	What the interface is called then; NULL: as it is
 */
struct ppp_account {
	const char *name, *secret;
	ip4_addr peer;
	const char *if_name;
};

/**
 * struct ppp_conf - what we are and want; strings are borrowed
 * @name:	Who we are, when the peer asks; NULL: we do not say
 * @secret:	... and what proves it
 * @auth:	Whether the peer has to
 * @peer_name:	Who he has to be
 * @peer_secret: What he has to know
 * @accounts:	Or one of these @account_count; borrowed
 * @local:	Our address; zero: he has one for us
 * @peer:	His; zero: he has one
 * @no_ip4:	Do not agree on IPv4 addresses
 * @has_ip6:	Agree on interface identifiers, so that IPv6 may pass
 * @iid:	The one that we would like; zero: any
 * @mru:	The longest packet we ask for; zero: 1500.  Not more than that
 * @echo_s:	An Echo-Request so often; zero: PPP_ECHO_S
 * @no_echo:	None at all
 * @mac:	What other protocols may make identifiers of; zero: the same for
 *		everybody
 */
struct ppp_conf {
	const char *name, *secret;
	enum ppp_auth auth;
	const char *peer_name, *peer_secret;
	const struct ppp_account *accounts;
	size_t account_count;
	ip4_addr local, peer;
	bool no_ip4, has_ip6;
	uint64_t iid;
	uint16_t mru;
	unsigned int echo_s;
	bool no_echo;
	mac_addr mac;
};

/**
 * struct ppp_ops - what the owner does
 * @send:	Octets for the line, which are @frame; must not call the session
 * @transmit:	... or, where the line has frames of its own: the frame from
 *		its protocol number on; takes it.  One of both is required
 * @on_known:	(optional) The peer has proved to be ppp_account()
 * @on_up:	(optional) IPv4 may pass; the addresses agreed on
 * @on_down:	(optional) No longer
 * @on_up6:	(optional) IPv6 may pass; the identifiers agreed on
 * @on_down6:	(optional) No longer
 * @on_finished: (optional) It is over, and the line may be hung up
 *
 * None of them may free the session.
 */
struct ppp_ops {
	void (*send)(void *arg, const struct pkt *frame, const uint8_t *octets,
		     size_t len);
	int (*transmit)(void *arg, struct pkt *frame);
	void (*on_known)(void *arg);
	void (*on_up)(void *arg, ip4_addr local, ip4_addr peer);
	void (*on_down)(void *arg);
	void (*on_up6)(void *arg, uint64_t local, uint64_t peer);
	void (*on_down6)(void *arg);
	void (*on_finished)(void *arg);
};

/**
 * ppp_new() - Add a PPP interface to a stack
 * @stack:	With ether_init() done; must outlive the session
 * @name:	Of the interface: "ppp0"
 * @conf:	Copied; a @local of zero asks for one
 * @ops:	Must outlive the session
 * @arg:	First argument of all @ops
 *
 * The line is down and the session wants it up.
 *
 * Return: the session, or NULL (no memory)
 */
struct ppp *ppp_new(struct stack *stack, const char *name,
		    const struct ppp_conf *conf, const struct ppp_ops *ops,
		    void *arg);

/* Take the interface away and free it.  Nothing is sent, nobody called. */
void ppp_free(struct ppp *p);

struct netif *ppp_netif(struct ppp *p);

/* The modem says that there is somebody.  May call back. */
void ppp_line_up(struct ppp *p);

/* ... that there no longer is.  May call back. */
void ppp_line_down(struct ppp *p);

/* Say goodbye; on_finished follows when the peer has heard it. */
void ppp_hang_up(struct ppp *p);

/* Begin again after on_finished, if the line is up.  May call back. */
void ppp_dial(struct ppp *p);

/* Octets have come, any number.  May call back anything. */
void ppp_input(struct ppp *p, const void *octets, size_t len);

/* The same from a line of the virtual network, which knows what they were
 * made for. */
void ppp_input_as(struct ppp *p, const void *octets, size_t len,
		  enum reason why);

/* A frame has come, from its protocol number on, where the line has frames of
 * its own.  Takes @pkt; may call back anything. */
void ppp_input_frame(struct ppp *p, struct pkt *pkt);

/* IPv4 packets may pass. */
bool ppp_is_up(const struct ppp *p);

/* IPv6 packets may pass. */
bool ppp_is_up6(const struct ppp *p);

/* Who the peer is, of conf.accounts; NULL: not known. */
const struct ppp_account *ppp_account(const struct ppp *p);

/* He is, without proof: for who asks for none. */
void ppp_set_account(struct ppp *p, const struct ppp_account *account);

/* The peer or we could not prove who it is, the last time. */
bool ppp_is_refused(const struct ppp *p);

#endif /* LINK_PPP_H */
