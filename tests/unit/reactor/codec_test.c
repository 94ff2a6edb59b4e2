// SPDX-License-Identifier: MIT
/* codec_test.c - handlers in an embedded channel: order, codecs, idle times */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/check.h"

#include "bare.h"
#include "reactor/codec.h"
#include "reactor/embedded.h"

struct fix {
	struct bare bare;
	struct loop *loop;
	struct channel *ch;
	struct handler *codec;
	char log[512]; /* what the probe handlers saw */
};

static int setup(void **state)
{
	struct fix *f = calloc(1, sizeof(*f));

	bare_init(&f->bare);
	assert_int_equal(loop_new(&f->bare.stack, &f->loop), 0);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fix *f = *state;

	loop_free(f->loop);
	bare_fini(&f->bare);
	free(f);
	return 0;
}

/* A handler that writes into the log what it sees, and hands it on. */
struct probe {
	struct handler handler;
	struct fix *fix;
	const char *name;
};

static void note(struct handler *h, const char *what)
{
	struct probe *p = container_of(h, struct probe, handler);
	size_t at = strlen(p->fix->log);

	snprintf(p->fix->log + at, sizeof(p->fix->log) - at, "%s:%s ", p->name,
		 what);
}

static void probe_added(struct handler *h)
{
	note(h, "added");
}

static void probe_removed(struct handler *h)
{
	note(h, "removed");
	free(container_of(h, struct probe, handler));
}

static void probe_active(struct handler *h)
{
	note(h, "active");
	handler_fire_active(h);
}

static void probe_read(struct handler *h, struct buf *buf)
{
	note(h, "read");
	handler_fire_read(h, buf);
}

static int probe_write(struct handler *h, struct buf *buf)
{
	note(h, "write");
	return handler_write(h, buf);
}

static void probe_inactive(struct handler *h)
{
	note(h, "inactive");
	handler_fire_inactive(h);
}

static void probe_user(struct handler *h, int id, void *data)
{
	note(h, id == IDLE_READ ? "idle-read" : "idle-write");
	handler_fire_user_event(h, id, data);
}

static const struct handler_ops probe_ops = {
	.name = "probe",
	.on_added = probe_added,
	.on_removed = probe_removed,
	.on_active = probe_active,
	.on_read = probe_read,
	.on_inactive = probe_inactive,
	.on_user_event = probe_user,
	.write = probe_write,
};

static struct handler *probe_new(struct fix *f, const char *name)
{
	struct probe *p = calloc(1, sizeof(*p));

	p->handler.ops = &probe_ops;
	p->fix = f;
	p->name = name;
	return &p->handler;
}

static int init_two(struct channel *ch, void *arg)
{
	pipeline_add_last(ch, probe_new(arg, "a"));
	pipeline_add_last(ch, probe_new(arg, "b"));
	return 0;
}

static int init_line(struct channel *ch, void *arg)
{
	struct handler *h = line_codec_new(channel_mem(ch), 8);
	struct fix *f = arg;

	if (!h)
		return -ENOMEM;
	f->codec = h;
	pipeline_add_last(ch, h);
	return 0;
}

static int init_length(struct channel *ch, void *arg)
{
	struct handler *h = length_codec_new(channel_mem(ch), 2, 300);
	struct fix *f = arg;

	if (!h)
		return -ENOMEM;
	f->codec = h;
	pipeline_add_last(ch, h);
	return 0;
}

static int init_idle(struct channel *ch, void *arg)
{
	struct handler *h = idle_handler_new(channel_mem(ch), 100 * NS_PER_MS,
					     250 * NS_PER_MS);

	if (!h)
		return -ENOMEM;
	pipeline_add_last(ch, h);
	pipeline_add_last(ch, probe_new(arg, "p"));
	return 0;
}

static struct fix *with(void **state, channel_init_fn *init)
{
	struct fix *f = *state;

	assert_int_equal(embedded_new(f->loop, init, f, &f->ch), 0);
	return f;
}

static void expect(struct buf *buf, const char *text)
{
	assert_non_null(buf);
	assert_int_equal(buf_readable(buf), strlen(text));
	assert_memory_equal(buf_rptr(buf), text, strlen(text));
	buf_put(buf);
}

static void events_go_from_head_to_tail_and_back(void **state)
{
	struct fix *f = with(state, init_two);

	embedded_receive_text(f->ch, "x");
	channel_write(f->ch, buf_of_text(&f->bare.mem, "y"));
	assert_null(embedded_take_out(f->ch)); /* not flushed yet */
	channel_flush(f->ch);
	channel_close(f->ch);
	bare_run_ms(&f->bare, 0);
	assert_string_equal(f->log,
			    "a:added b:added a:active b:active a:read b:read "
			    "b:write a:write a:inactive b:inactive "
			    "b:removed a:removed ");
	assert_int_equal(loop_channel_count(f->loop), 0);
}

static void closing_is_put_off_to_the_end_of_the_turn(void **state)
{
	struct fix *f = with(state, init_two);

	stack_enter(&f->bare.stack);
	channel_close(f->ch);
	assert_false(channel_is_active(f->ch)); /* closed, and still there */
	assert_int_equal(
		channel_write(f->ch, buf_of_text(&f->bare.mem, "late")),
		-EPIPE);
	assert_int_equal(loop_channel_count(f->loop), 1);
	stack_leave(&f->bare.stack);
	assert_int_equal(loop_channel_count(f->loop), 0);
}

static void unhandled_end_of_input_closes(void **state)
{
	struct fix *f = with(state, init_two);

	embedded_receive_end(f->ch);
	assert_int_equal(loop_channel_count(f->loop), 0);
}

static void lines_come_one_by_one(void **state)
{
	struct fix *f = with(state, init_line);

	embedded_receive_text(f->ch, "one\r\ntwo\n\nthr");
	expect(embedded_take_in(f->ch), "one");
	expect(embedded_take_in(f->ch), "two");
	expect(embedded_take_in(f->ch), "");
	assert_null(embedded_take_in(f->ch));
	embedded_receive_text(f->ch, "ee");
	embedded_receive_text(f->ch, "\r");
	embedded_receive_text(f->ch, "\nnext\r\n");
	expect(embedded_take_in(f->ch), "three");
	expect(embedded_take_in(f->ch), "next");
}

static void line_of_full_length_passes_and_one_more_does_not(void **state)
{
	struct fix *f = with(state, init_line);

	embedded_receive_text(f->ch, "12345678\r\n");
	expect(embedded_take_in(f->ch), "12345678");
	assert_int_equal(embedded_take_error(f->ch), 0);
	embedded_receive_text(f->ch, "123456789\nok\n");
	assert_int_equal(embedded_take_error(f->ch), -EMSGSIZE);
	expect(embedded_take_in(f->ch), "ok");
}

static void endless_line_costs_no_memory(void **state)
{
	struct fix *f = with(state, init_line);
	size_t before;
	int i;

	embedded_receive_text(f->ch, "a much too long line ");
	assert_int_equal(embedded_take_error(f->ch), -EMSGSIZE);
	before = f->bare.mem.in_use_bytes;
	for (i = 0; i < 1000; i++)
		embedded_receive_text(f->ch, "and on and on");
	assert_int_equal(f->bare.mem.in_use_bytes, before);
	assert_int_equal(embedded_take_error(f->ch), 0); /* told once */
	embedded_receive_text(f->ch, "\nhere\n");
	expect(embedded_take_in(f->ch), "here");
}

static void frames_are_cut_wherever_the_octets_were(void **state)
{
	static const uint8_t stream[] = {0, 3, 'a', 'b', 'c', 0,
					 0, 0, 2,   'x', 'y'};
	struct fix *f = with(state, init_length);
	size_t cut;

	for (cut = 0; cut <= sizeof(stream); cut++) {
		struct mem *mem = &f->bare.mem;

		embedded_receive(f->ch, buf_of(mem, stream, cut));
		embedded_receive(
			f->ch, buf_of(mem, stream + cut, sizeof(stream) - cut));
		expect(embedded_take_in(f->ch), "abc");
		expect(embedded_take_in(f->ch), "");
		expect(embedded_take_in(f->ch), "xy");
		assert_null(embedded_take_in(f->ch));
	}
}

static void impossible_length_ends_the_conversation(void **state)
{
	struct fix *f = with(state, init_length);

	embedded_receive(f->ch, buf_of(&f->bare.mem, "\1\55", 2)); /* 301 */
	assert_int_equal(embedded_take_error(f->ch), -EMSGSIZE);
	embedded_receive(f->ch, buf_of(&f->bare.mem, "\0\1z", 3));
	assert_null(embedded_take_in(f->ch));
}

static void written_frames_get_their_length(void **state)
{
	struct fix *f = with(state, init_length);
	struct mem *mem = &f->bare.mem;
	struct buf *head;

	assert_int_equal(channel_write_flush(f->ch, buf_of_text(mem, "hi")), 0);
	head = embedded_take_out(f->ch);
	assert_int_equal(buf_readable(head), 2);
	assert_memory_equal(buf_rptr(head), "\0\2", 2);
	buf_put(head);
	expect(embedded_take_out(f->ch), "hi");
	head = buf_new(mem, 301);
	buf_wrote(head, 301);
	assert_int_equal(channel_write(f->ch, head), -EMSGSIZE);
}

static void silence_is_told_and_traffic_is_not_silence(void **state)
{
	struct fix *f = with(state, init_idle);

	bare_run_ms(&f->bare, 90);
	embedded_receive_text(f->ch, "x"); /* 90: read watch starts anew */
	f->log[0] = 0;
	bare_run_ms(&f->bare, 90); /* 180 */
	assert_string_equal(f->log, "");
	bare_run_ms(&f->bare, 20); /* 200 */
	assert_string_equal(f->log, "p:idle-read ");
	bare_run_ms(&f->bare, 60); /* 260 */
	assert_string_equal(f->log, "p:idle-read p:idle-write ");
	bare_run_ms(&f->bare, 40); /* 300 */
	assert_string_equal(f->log, "p:idle-read p:idle-write p:idle-read ");
}

/* Takes the codec in front of it out when it gets something. */
struct remover {
	struct handler handler;
	struct fix *fix;
	int reads;
};

static void remover_read(struct handler *h, struct buf *buf)
{
	struct remover *r = container_of(h, struct remover, handler);

	buf_put(buf);
	r->reads++;
	if (r->fix->codec)
		pipeline_remove(r->fix->codec);
	r->fix->codec = NULL;
}

static const struct handler_ops remover_ops = {
	.name = "remover",
	.on_read = remover_read,
};

static void line_codec_survives_its_own_removal(void **state)
{
	struct fix *f = with(state, init_line);
	struct remover r = {.handler.ops = &remover_ops, .fix = f};

	pipeline_add_last(f->ch, &r.handler);
	embedded_receive_text(f->ch, "one\ntwo\nthree\n");
	assert_int_equal(r.reads, 1);
	embedded_receive_text(f->ch, "uncut\nnow\n");
	assert_int_equal(r.reads, 2);
	pipeline_remove(&r.handler);
}

static void length_codec_survives_its_own_removal(void **state)
{
	struct fix *f = with(state, init_length);
	struct remover r = {.handler.ops = &remover_ops, .fix = f};

	pipeline_add_last(f->ch, &r.handler);
	embedded_receive(f->ch, buf_of(&f->bare.mem, "\0\1a\0\1b", 6));
	assert_int_equal(r.reads, 1);
	pipeline_remove(&r.handler);
}

static void water_marks_are_told(void **state)
{
	struct fix *f = with(state, init_two);
	struct mem *mem = &f->bare.mem;

	channel_set_water(f->ch, 4, 8);
	channel_write(f->ch, buf_of_text(mem, "12345678"));
	assert_true(channel_is_writable(f->ch));
	channel_write(f->ch, buf_of_text(mem, "9"));
	assert_false(channel_is_writable(f->ch));
	assert_int_equal(channel_pending(f->ch), 9);
	channel_flush(f->ch);
	assert_int_equal(channel_pending(f->ch), 0);
}

/* Makes "0", "1", ... "9", and knows when it is not needed any more. */
struct digits {
	struct source src;
	int next, last;
	int done_err;
};

static long pull_digit(struct source *src, void *buf, size_t len)
{
	struct digits *d = container_of(src, struct digits, src);

	if (d->next > d->last || !len)
		return 0;
	*(char *)buf = (char)('0' + d->next++);
	return 1;
}

static void digits_done(struct source *src, int err)
{
	container_of(src, struct digits, src)->done_err = err;
}

static void source_is_pulled_in_its_place(void **state)
{
	struct fix *f = with(state, init_two);
	struct mem *mem = &f->bare.mem;
	struct digits d = {.src = {.pull = pull_digit, .done = digits_done},
			   .last = 1,
			   .done_err = 1};

	channel_write(f->ch, buf_of_text(mem, "<"));
	assert_int_equal(channel_write_source(f->ch, &d.src), 0);
	channel_write(f->ch, buf_of_text(mem, ">"));
	channel_flush(f->ch);
	expect(embedded_take_out(f->ch), "<");
	expect(embedded_take_out(f->ch), "0");
	expect(embedded_take_out(f->ch), "1");
	expect(embedded_take_out(f->ch), ">");
	assert_int_equal(d.done_err, 0);
}

static void source_is_told_when_the_channel_closes(void **state)
{
	struct fix *f = with(state, init_two);
	struct digits d = {.src = {.pull = pull_digit, .done = digits_done},
			   .last = 9};

	channel_write_source(f->ch, &d.src);
	channel_abort(f->ch);
	assert_int_equal(d.done_err, -EPIPE);
	assert_int_equal(d.next, 0);
}

static void count_timer(struct loop_timer *t, void *arg)
{
	(void)t;
	++*(int *)arg;
}

static void timers_of_a_loop_fire_and_are_cancelled(void **state)
{
	struct fix *f = *state;
	struct loop_timer t;
	int fired = 0;

	loop_timer_init(&t, f->loop, count_timer, &fired);
	loop_timer_arm_in(&t, 5 * NS_PER_MS);
	loop_timer_arm_in(&t, 10 * NS_PER_MS); /* moves it */
	bare_run_ms(&f->bare, 9);
	assert_int_equal(fired, 0);
	bare_run_ms(&f->bare, 1);
	assert_int_equal(fired, 1);
	loop_timer_arm_in(&t, 5 * NS_PER_MS);
	loop_timer_cancel(&t);
	bare_run_ms(&f->bare, 50);
	assert_int_equal(fired, 1);
}

static void every_failed_allocation_is_survived(void **state)
{
	struct fix *f = *state;
	struct mem *mem = &f->bare.mem;
	uint64_t k, failures;

	for (k = 1, failures = 1; failures; k++) {
		mem->failures = 0;
		mem->fail_at = mem->calls + k;
		if (embedded_new(f->loop, init_length, f, &f->ch) == 0) {
			struct buf *b = buf_of_text(mem, "out");

			if (b)
				channel_write_flush(f->ch, b);
			b = buf_of(mem, "\0\2in", 4);
			if (b)
				embedded_receive(f->ch, b);
			channel_close(f->ch);
		}
		failures = mem->failures;
		mem->fail_at = 0;
		assert_int_equal(loop_channel_count(f->loop), 0);
	}
	assert_true(k > 8);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(events_go_from_head_to_tail_and_back),
		T(closing_is_put_off_to_the_end_of_the_turn),
		T(unhandled_end_of_input_closes),
		T(lines_come_one_by_one),
		T(line_of_full_length_passes_and_one_more_does_not),
		T(endless_line_costs_no_memory),
		T(line_codec_survives_its_own_removal),
		T(frames_are_cut_wherever_the_octets_were),
		T(impossible_length_ends_the_conversation),
		T(written_frames_get_their_length),
		T(length_codec_survives_its_own_removal),
		T(silence_is_told_and_traffic_is_not_silence),
		T(water_marks_are_told),
		T(source_is_pulled_in_its_place),
		T(source_is_told_when_the_channel_closes),
		T(timers_of_a_loop_fire_and_are_cancelled),
		T(every_failed_allocation_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
