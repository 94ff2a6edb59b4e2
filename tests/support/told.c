// SPDX-License-Identifier: MIT
/*
 * told.c - a log filled by hand
 *
 * See told.h.
 */
#include "told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "core/reason.h"

void told_init(struct told *t)
{
	memset(t, 0, sizeof(*t));
	mem_init_libc(&t->mem);
	env_init(&t->env, &t->mem);
	t->log = trace_log_new(&t->mem, LOG_FRAMES);
	assert_non_null(t->log);
	trace_log_attach(t->log, &t->env);
}

void told_fini(struct told *t)
{
	trace_log_free(t->log);
	assert_int_equal(env_fini(&t->env), 0);
	assert_int_equal(t->mem.in_use_count, 0);
}

struct place *told_at(struct told *t, const char *host, uint64_t us)
{
	int i;

	t->env.now_ns = us * NS_PER_US;
	for (i = 0; i < TOLD_PLACES; i++) {
		struct place *p = &t->places[i];

		if (!p->name) {
			p->name = host;
			p->env = &t->env;
		}
		if (!strcmp(p->name, host))
			return p;
	}
	fail_msg("more than %d places", TOLD_PLACES);
	return NULL;
}

void told_host(struct told *t, const char *name, const char *kind,
	       const char *ip, uint8_t mac)
{
	mac_addr m = {{2, 0, 0, 0, 0, mac}};
	struct ip_addr a;

	assert_int_equal(ip_addr_parse(&a, ip), 0);
	PROBE(told_at(t, "lab", 0), EV_NOTE, R_LAB_NODE, NULL,
	      EVF_TEXT("name", name), EVF_TEXT("kind", kind));
	PROBE(told_at(t, "lab", 0), EV_NOTE, R_LAB_ADDRESS, NULL,
	      EVF_TEXT("name", name), EVF_IP("ip", &a), EVF_TEXT("if", "eth0"),
	      EVF_MAC("mac", &m));
}
