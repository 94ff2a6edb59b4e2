// SPDX-License-Identifier: MIT
/*
 * eyeballs.c - the addresses of a name, in the order in which to try them
 *
 * Theory of operation
 * ===================
 * Both questions are asked at once, AAAA first (RFC 8305, 3):
 *
 *	AAAA answered		go, with what there is
 *	A answered first	wait 50 ms for the other one, then go
 *	one of them: none	go with the other
 *
 * The order is that of RFC 6724, and then the versions take turns (RFC 8305,
 * 4), beginning with the one in front: if the network of one is broken, the
 * second try already is with the other.  What comes late is put in where its
 * turn is; what was tried stays.
 */

#include "apps/eyeballs.h"

#include <errno.h>
#include <string.h>

#include "base/check.h"
#include "base/strbuf.h"

#include "core/env.h"
#include "core/probe.h"

#include "sock/sock.h"

enum { ASK_AAAA, ASK_A };

static struct stack *stack_of(const struct eyeballs *e)
{
	return loop_stack(e->loop);
}

bool eyeballs_is_waiting(const struct eyeballs *e)
{
	return e->lookup[ASK_AAAA] || e->lookup[ASK_A];
}

/* Take out the first of @list that is of that version, or the first. */
static struct ip_addr take_of(struct ip_addr *list, size_t *count,
			      uint8_t family)
{
	struct ip_addr a;
	size_t i = 0;

	while (i < *count && list[i].family != family)
		i++;
	i = i < *count ? i : 0;
	a = list[i];
	--*count;
	memmove(&list[i], &list[i + 1], (*count - i) * sizeof(*list));
	return a;
}

/* Order what was not tried yet. */
static void order(struct eyeballs *e)
{
	struct ip_addr left[EYEBALLS_MAX];
	size_t n = e->count - e->next, at = e->next;
	uint8_t family;

	if (!n)
		return;
	memcpy(left, &e->addr[e->next], n * sizeof(*left));
	sk_dest_sort(stack_of(e), left, n);
	family = left[0].family;
	if (e->next)
		family = e->addr[e->next - 1].family == IP_V6 ? IP_V4 : IP_V6;
	while (n) {
		e->addr[at] = take_of(left, &n, family);
		family = e->addr[at++].family == IP_V6 ? IP_V4 : IP_V6;
	}
}

/* The first that is of another version than the first of all, or NULL. */
static const struct ip_addr *other_version(const struct eyeballs *e)
{
	size_t i;

	for (i = 1; i < e->count; i++)
		if (e->addr[i].family != e->addr[0].family)
			return &e->addr[i];
	return NULL;
}

/* Why the addresses stand as they do, if they are of both versions. */
static void tell_order(const struct eyeballs *e)
{
	const struct ip_addr *other = other_version(e);
	const char *why;
	char text[EYEBALLS_MAX * IP_TEXT], ip[IP_TEXT];
	struct strbuf sb;
	size_t i;

	if (!other)
		return;
	strbuf_init_fixed(&sb, text, sizeof(text));
	for (i = 0; i < e->count; i++)
		strbuf_printf(&sb, "%s%s", i ? ", " : "",
			      ip_addr_print(e->addr[i], ip));
	why = e->next ? "DNS answered for it first, and it is tried already"
		      : sk_dest_why(stack_of(e), e->addr[0], *other);
	PROBE_CAUSE(&stack_of(e)->place, EV_APP, R_EYEBALLS_ORDER, NULL,
		    EVF_TEXT("order", strbuf_text(&sb)),
		    EVF_NUM("count", e->count), EVF_TEXT("text", why));
}

static void add(struct eyeballs *e, const struct dns_addrs *found)
{
	size_t i, j;

	for (i = 0; i < found->count && e->count < EYEBALLS_MAX; i++) {
		for (j = 0; j < e->count; j++)
			if (ip_addr_eq(e->addr[j], found->addr[i]))
				break;
		if (j == e->count)
			e->addr[e->count++] = found->addr[i];
	}
	order(e);
	if (e->next)
		tell_order(e); /* too late for the first attempt */
}

static void tell(struct eyeballs *e, int err)
{
	loop_timer_cancel(&e->delay);
	e->is_told = true;
	if (!err)
		tell_order(e);
	e->on_found(e->arg, err);
}

/* Which of two failures says more: that there is no name at all, or why IPv4
 * was not to be had. */
static int failure(const struct eyeballs *e)
{
	int a = e->err[ASK_A], aaaa = e->err[ASK_AAAA];

	if (a > 0 || (a == -ENODATA && aaaa < 0))
		return aaaa;
	return a;
}

static void on_delay(struct loop_timer *t, void *arg)
{
	(void)t;
	tell(arg, 0);
}

/* An answer is here: is it time to begin? */
static void look(struct eyeballs *e, int which)
{
	if (e->is_told)
		return;
	if (e->next == e->count) {
		if (!eyeballs_is_waiting(e))
			tell(e, failure(e));
	} else if (which == ASK_AAAA || !e->lookup[ASK_AAAA]) {
		tell(e, 0);
	} else {
		loop_timer_arm_in(&e->delay,
				  EYEBALLS_RESOLUTION_MS * NS_PER_MS);
	}
}

static void answered(struct eyeballs *e, int which, int err,
		     const struct dns_addrs *found)
{
	e->lookup[which] = NULL;
	e->err[which] = err;
	if (!err)
		add(e, found);
	look(e, which);
}

static void on_aaaa(void *arg, int err, const struct dns_addrs *found)
{
	answered(arg, ASK_AAAA, err, found);
}

static void on_a(void *arg, int err, const struct dns_addrs *found)
{
	answered(arg, ASK_A, err, found);
}

static void forget(struct eyeballs *e)
{
	eyeballs_stop(e);
	e->err[ASK_AAAA] = e->err[ASK_A] = 1;
	e->count = e->next = 0;
	e->is_told = false;
}

int eyeballs_start(struct eyeballs *e, const char *name)
{
	bool has_v6 = e->over == EYEBALLS_IPV6 ||
		      (e->over == EYEBALLS_ANY && sk_has_ip6(stack_of(e)));
	int err = 0;

	forget(e);
	if (has_v6)
		err = dns_stub_lookup6(e->stub, name, on_aaaa, e,
				       &e->lookup[ASK_AAAA]);
	if (!err && e->over != EYEBALLS_IPV6)
		err = dns_stub_lookup(e->stub, name, on_a, e,
				      &e->lookup[ASK_A]);
	if (err)
		eyeballs_stop(e);
	return err;
}

void eyeballs_give(struct eyeballs *e, struct ip_addr addr)
{
	forget(e);
	e->addr[e->count++] = addr;
	e->is_told = true;
}

bool eyeballs_next(struct eyeballs *e, struct ip_addr *addr)
{
	if (e->next < e->count) {
		*addr = e->addr[e->next++];
		return true;
	}
	e->is_told = !eyeballs_is_waiting(e);
	return false;
}

bool eyeballs_is_race(const struct eyeballs *e)
{
	bool has_v4 = e->lookup[ASK_A], has_v6 = e->lookup[ASK_AAAA];
	size_t i;

	for (i = 0; i < e->count; i++) {
		has_v4 |= e->addr[i].family == IP_V4;
		has_v6 |= e->addr[i].family == IP_V6;
	}
	return has_v4 && has_v6;
}

void eyeballs_init(struct eyeballs *e, struct loop *loop, struct dns_stub *stub,
		   eyeballs_fn *on_found, void *arg)
{
	*e = (struct eyeballs){
		.loop = loop, .stub = stub, .on_found = on_found, .arg = arg};
	loop_timer_init(&e->delay, loop, on_delay, e);
}

void eyeballs_stop(struct eyeballs *e)
{
	size_t i;

	loop_timer_cancel(&e->delay);
	for (i = 0; i < ARRAY_SIZE(e->lookup); i++) {
		dns_lookup_cancel(e->lookup[i]);
		e->lookup[i] = NULL;
	}
}
