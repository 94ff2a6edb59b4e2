/* SPDX-License-Identifier: MIT */
#ifndef LINK_PPP_H
#define LINK_PPP_H

/*
 * ppp.h - IP over a line that knows only octets (RFC 1661)
 *
 *	line up -> LCP -> PAP or CHAP, if anyone asks -> IPCP -> packets
 *
 * A session is an interface of a stack whose other end is a stream of octets:
 * a serial cable, a pseudo terminal.  Whoever owns that stream hands in what
 * has come and is handed what is to go.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "wire/addr.h"

struct netif;
struct ppp;
struct stack;

/* Whether the peer has to say who he is, and how. */
enum ppp_auth { PPP_AUTH_NONE, PPP_AUTH_PAP, PPP_AUTH_CHAP };

#define PPP_ECHO_S   10 /* an Echo-Request so often */
#define PPP_ECHO_MAX 3	/* that many unanswered: the peer has gone */
#define PPP_LOOP_MAX 5	/* our own magic number so often: a loop */

/**
 * struct ppp_conf - what we are and want; strings are borrowed
 * @name:	Who we are, when the peer asks; NULL: we do not say
 * @secret:	... and what proves it
 * @auth:	Whether the peer has to
 * @peer_name:	Who he has to be
 * @peer_secret: What he has to know
 * @local:	Our address; zero: he has one for us
 * @peer:	His; zero: he has one
 */
struct ppp_conf {
	const char *name, *secret;
	enum ppp_auth auth;
	const char *peer_name, *peer_secret;
	ip4_addr local, peer;
};

/**
 * struct ppp_ops - what the owner does
 * @send:	(required) Octets for the line; must not call the session
 * @on_up:	(optional) Packets may pass; the addresses agreed on
 * @on_down:	(optional) No longer
 * @on_finished: (optional) It is over, and the line may be hung up
 *
 * None of them may free the session.
 */
struct ppp_ops {
	void (*send)(void *arg, const uint8_t *octets, size_t len);
	void (*on_up)(void *arg, ip4_addr local, ip4_addr peer);
	void (*on_down)(void *arg);
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

/* Octets have come, any number.  May call back anything. */
void ppp_input(struct ppp *p, const void *octets, size_t len);

/* Packets may pass. */
bool ppp_is_up(const struct ppp *p);

#endif /* LINK_PPP_H */
