// SPDX-License-Identifier: MIT
/*
 * capture_test.c - what a host saw, as a capture file
 *
 * The file is taken apart again by its block lengths.  Whether other programs
 * can read it is tested with tshark, see tests/real/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"

#include "homenet.h"
#include "trace/capture.h"
#include "trace/pcapng.h"

enum { SECTION = 0x0a0d0d0a, INTERFACE = 1, NAMES = 4, PACKET = 6 };

static struct mem mem;
static struct homenet net;
static struct strbuf out;

static int setup(void **state)
{
	(void)state;
	mem_init_libc(&mem);
	assert_true(homenet_build(&net, &mem));
	strbuf_init(&out, &mem);
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	strbuf_fini(&out);
	return homenet_free(&net) || mem.in_use_count ? -1 : 0;
}

static void put_label(void *arg, uint32_t n, struct strbuf *sb)
{
	(void)arg;
	strbuf_printf(sb, "step %u", n);
}

static size_t write(const char *host)
{
	struct capture c = {
		.log = net.log,
		.host = host,
		.comment = "a test",
		.label = put_label,
	};

	return capture_write(&c, &out);
}

static const uint8_t *octets(void)
{
	return (const uint8_t *)strbuf_text(&out);
}

/* The block at @off; its length in @len. */
static uint32_t block(size_t off, uint32_t *len)
{
	const uint8_t *p = octets() + off;

	assert_true(off + 12 <= out.len);
	*len = get32le(p + 4);
	assert_true(*len >= 12 && *len % 4 == 0 && off + *len <= out.len);
	assert_int_equal(get32le(p + *len - 4), *len);
	return get32le(p);
}

static size_t count(uint32_t type)
{
	size_t off = 0, n = 0;
	uint32_t len;

	for (; off < out.len; off += len)
		n += block(off, &len) == type;
	return n;
}

static bool has_text(const char *text)
{
	return memmem(octets(), out.len, text, strlen(text)) != NULL;
}

static size_t frames_of(const char *host)
{
	const struct log_event *ev;
	size_t frames = 0;
	uint32_t n;

	for (n = 1; (ev = trace_log_get(net.log, n)); n++)
		frames += (ev->kind == EV_TX || ev->kind == EV_RX) &&
			  ev->frame && !strcmp(ev->host, host);
	return frames;
}

static void every_frame_of_the_host_is_in_its_file(void **state)
{
	(void)state;
	homenet_act(&net, "laptop: ping web");
	assert_true(homenet_ping(&net, 32));
	assert_int_equal(write("laptop"), frames_of("laptop"));
	assert_int_equal(count(PACKET), frames_of("laptop"));
	assert_int_equal(count(SECTION), 1);
	assert_int_equal(count(INTERFACE), 1);
	assert_true(count(NAMES) > 0);
	assert_true(has_text("a test"));
	assert_true(has_text("eth0 of laptop"));
	assert_true(has_text("are you there, web?"));
	assert_true(has_text("[cause] laptop: ping web, event 10"));
	assert_true(has_text("] yes, I am here") ||
		    has_text("echo reply arrives at laptop"));
}

static void a_router_has_both_interfaces(void **state)
{
	(void)state;
	homenet_act(&net, "laptop: ping web");
	assert_true(homenet_ping(&net, 32));
	assert_int_equal(write("router"), frames_of("router"));
	assert_int_equal(count(INTERFACE), 2);
}

static void what_was_lost_says_where(void **state)
{
	(void)state;
	cable_set_up(net.cables[0], CABLE_BOTH, false);
	homenet_act(&net, "laptop: ping web");
	assert_false(homenet_ping(&net, 32));
	assert_true(write("laptop") > 0);
	assert_true(has_text("[dropped] ARP request dropped at laptop -- sw: "
			     "the link was down"));
}

static void a_host_that_saw_nothing_has_an_empty_file(void **state)
{
	(void)state;
	assert_int_equal(write("web"), 0);
	assert_int_equal(count(SECTION), 1);
	assert_int_equal(count(PACKET), 0);
}

static void the_same_run_gives_the_same_file(void **state)
{
	struct homenet again;
	struct strbuf first;

	(void)state;
	homenet_act(&net, "go");
	assert_true(homenet_fetch(&net, 5000));
	write("laptop");
	first = out;
	strbuf_init(&out, &mem);
	again = net;
	assert_true(homenet_build(&net, &mem));
	homenet_act(&net, "go");
	assert_true(homenet_fetch(&net, 5000));
	write("laptop");
	assert_int_equal(first.len, out.len);
	assert_memory_equal(first.text, out.text, out.len);
	strbuf_fini(&first);
	assert_int_equal(homenet_free(&again), 0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_frame_of_the_host_is_in_its_file),
		TEST(a_router_has_both_interfaces),
		TEST(what_was_lost_says_where),
		TEST(a_host_that_saw_nothing_has_an_empty_file),
		TEST(the_same_run_gives_the_same_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
