// SPDX-License-Identifier: MIT
/*
 * links_test.c - a program is linked with what it mentions, and nothing else
 *
 * Each test is in this one program, which makes hosts on a cable.  What it
 * mentions weakly only is not looked for in the library: such a name is NULL
 * unless something else had it linked.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"

#include "ip/filter.h"
#include "ip/nat.h"
#include "link/ppp.h"
#include "sock/sock.h"
#include "vnet/vnet.h"

#pragma weak drop_text
#pragma weak filter_enable
#pragma weak hub_of
#pragma weak nat_enable
#pragma weak ppp_new
#pragma weak reason_name
#pragma weak switch_of

/* Two hosts, and a datagram's socket. */
static void live(void)
{
	struct mem mem;
	struct world *w;
	struct host *a, *b;
	int fd;

	mem_init_libc(&mem);
	w = world_new(&mem, 1);
	assert_non_null(w);
	a = world_add_host(w, "a");
	b = world_add_host(w, "b");
	assert_true(a && b);
	assert_non_null(world_link(w, host_add_port(a, NULL),
				   host_add_port(b, NULL), NULL));
	fd = sk_socket(&a->stack, SK_AF_INET, SK_SOCK_DGRAM, 0);
	assert_true(fd >= 0);
	assert_int_equal(sk_close(&a->stack, fd), 0);
	assert_int_equal(world_free(w), 0);
}

static void hosts_alone_neither_filter_nor_translate(void **state)
{
	(void)state;
	live();
	assert_null((void *)filter_enable);
	assert_null((void *)nat_enable);
}

static void a_cable_alone_has_no_hub_no_switch_and_no_ppp(void **state)
{
	(void)state;
	live();
	assert_null((void *)hub_of);
	assert_null((void *)switch_of);
	assert_null((void *)ppp_new);
}

static void without_a_listener_there_are_no_words(void **state)
{
	(void)state;
	live();
	assert_null((void *)drop_text);
	assert_null((void *)reason_name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hosts_alone_neither_filter_nor_translate),
		cmocka_unit_test(a_cable_alone_has_no_hub_no_switch_and_no_ppp),
		cmocka_unit_test(without_a_listener_there_are_no_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
