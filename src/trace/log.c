// SPDX-License-Identifier: MIT
/*
 * log.c - the event log in memory
 *
 * Theory of operation
 * ===================
 * Events stand in blocks of fixed size, so that a pointer to one stays good
 * and number n is found by two divisions.  What they point to (names, texts,
 * fields, frames) is copied into an arena of large pieces that are freed all
 * at once.
 *
 * A frame is kept as it stands at the interface, with its check sequence
 * (frame_copy.c).
 *
 * Invariants
 * ----------
 *  (1) Event n is at index n - 1.
 *  (2) An event's cause is smaller than its number.
 *  (3) The children of an event are linked in the order of their numbers.
 */

#include "trace/log.h"

#include <string.h>

#include "base/check.h"

#include "wire/addr.h"

#include "core/netif.h"
#include "core/pkt.h"

#include "trace/frame.h"
#include "trace/frame_copy.h"
#include "trace/log_int.h"

struct trace_log *trace_log_new(struct mem *mem, enum log_depth depth)
{
	struct trace_log *log = mem_alloc(mem, sizeof(*log));

	if (!log)
		return NULL;
	log->mem = mem;
	log->depth = depth;
	htab_init(&log->names, mem, 0);
	htab_init(&log->hosts, mem, 0);
	return log;
}

void trace_log_free(struct trace_log *log)
{
	struct arena_piece *piece, *next;
	size_t i;

	if (!log)
		return;
	trace_log_detach(log);
	htab_fini(&log->names);
	htab_fini(&log->hosts);
	for (i = 0; i < log->block_count; i++)
		if (log->blocks[i])
			mem_free(log->mem, log->blocks[i],
				 EVENTS_PER_BLOCK * sizeof(struct log_event));
	mem_free(log->mem, log->blocks,
		 log->block_room * sizeof(log->blocks[0]));
	for (piece = log->arena; piece; piece = next) {
		next = piece->next;
		mem_free(log->mem, piece, sizeof(*piece) + piece->size);
	}
	mem_free(log->mem, log, sizeof(*log));
}

void *log_take(struct trace_log *log, size_t len)
{
	struct arena_piece *piece = log->arena;
	size_t size = max_size(ARENA_PIECE, len);
	void *p;

	len = (len + 7) & ~(size_t)7;
	if (!piece || piece->size - piece->used < len) {
		size = max_size(size, len);
		piece = mem_alloc(log->mem, sizeof(*piece) + size);
		if (!piece)
			return NULL;
		piece->size = size;
		piece->next = log->arena;
		log->arena = piece;
	}
	p = piece->data + piece->used;
	piece->used += len;
	return p;
}

const char *log_take_text(struct trace_log *log, const char *text)
{
	size_t len = strlen(text) + 1;
	char *p = log_take(log, len);

	if (p)
		memcpy(p, text, len);
	return p;
}

static bool blocks_grow(struct trace_log *log)
{
	size_t room = log->block_room ? log->block_room * 2 : 16;
	struct log_event **blocks;

	if (log->block_count < log->block_room)
		return true;
	blocks = mem_alloc_array(log->mem, room, sizeof(blocks[0]));
	if (!blocks)
		return false;
	if (log->block_count)
		memcpy(blocks, log->blocks,
		       log->block_count * sizeof(blocks[0]));
	mem_free(log->mem, log->blocks,
		 log->block_room * sizeof(log->blocks[0]));
	log->blocks = blocks;
	log->block_room = room;
	return true;
}

/* Event number @n, or NULL. */
struct log_event *log_at(const struct trace_log *log, uint32_t n)
{
	if (n <= log->forgotten || n > log->count)
		return NULL;
	n--;
	return &log->blocks[n / EVENTS_PER_BLOCK][n % EVENTS_PER_BLOCK];
}

struct log_event *log_room(struct trace_log *log)
{
	size_t block = log->count / EVENTS_PER_BLOCK;

	if (block == log->block_count) {
		if (!blocks_grow(log))
			return NULL;
		log->blocks[block] = mem_alloc_array(log->mem, EVENTS_PER_BLOCK,
						     sizeof(struct log_event));
		if (!log->blocks[block])
			return NULL;
		log->block_count++;
	}
	return &log->blocks[block][log->count % EVENTS_PER_BLOCK];
}

static void link_to_cause(struct trace_log *log, const struct log_event *ev)
{
	struct log_event *by = log_at(log, ev->cause);

	if (!by)
		return;
	if (by->last_child)
		log_at(log, by->last_child)->next_sibling = ev->n;
	else
		by->first_child = ev->n;
	by->last_child = ev->n;
}

bool log_count_in(struct trace_log *log, struct log_event *ev)
{
	const struct log_event *before = log_at(log, log->count);

	if (!log_host_add(log, ev))
		return false;
	log->count++;
	link_to_cause(log, ev);
	names_add(log, ev);
	if (frame_is_syn(ev))
		ev->last_syn = ev->n;
	else if (before)
		ev->last_syn = before->last_syn;
	return true;
}

static const char *address_text(struct trace_log *log, const struct ev_field *f)
{
	char buf[ENDPOINT_TEXT + MAC_TEXT + IP_TEXT];

	switch (f->type) {
	case EVT_IP: /* no address is no text, so that it can be left out */
		if (f->ip->family == IP_NONE)
			return log_take_text(log, "");
		return log_take_text(log, ip_addr_print(*f->ip, buf));
	case EVT_EP:
		return log_take_text(log, endpoint_print(*f->ep, buf));
	case EVT_MAC:
		return log_take_text(log, mac_print(*f->mac, buf));
	case EVT_TEXT:
	case EVT_DROP:
	case EVT_NUM:
	case EVT_END:
	default:
		return log_take_text(log, f->text ? f->text : "");
	}
}

static struct log_field text_field(const char *key, const char *text)
{
	return (struct log_field){.key = key, .type = LOG_TEXT, .text = text};
}

/* One field becomes one; a reason to drop becomes its name and its words. */
static size_t copy_field(struct trace_log *log, struct log_field *to,
			 const struct ev_field *from)
{
	enum drop why;

	switch (from->type) {
	case EVT_NUM:
		*to = (struct log_field){
			.key = from->key, .type = LOG_NUM, .num = from->num};
		return 1;
	case EVT_DROP:
		why = (enum drop)from->num;
		to[0] = text_field(from->key, drop_name(why));
		to[1] = text_field("text", drop_text(why));
		return 2;
	case EVT_TEXT:
	case EVT_IP:
	case EVT_EP:
	case EVT_MAC:
	case EVT_END:
	default:
		*to = text_field(from->key, address_text(log, from));
		return to->text ? 1 : 0;
	}
}

static bool copy_fields(struct trace_log *log, struct log_event *to,
			const struct ev_field *from)
{
	struct log_field *fields;
	size_t n = 0, count = 0, i, copied;

	for (; from[n].key; n++)
		count += from[n].type == EVT_DROP ? 2 : 1;
	fields = log_take(log, count * sizeof(*fields));
	if (!fields)
		return false;
	for (i = 0, count = 0; i < n; i++, count += copied) {
		copied = copy_field(log, &fields[count], &from[i]);
		if (!copied)
			return false;
	}
	to->fields = fields;
	to->field_count = (uint16_t)count;
	return true;
}

/* Where in the room the frame begins, if all of it is still there. */
static int frame_start(const struct event *ev)
{
	const struct pkt *pkt = ev->pkt;

	if (!pkt || !pkt->netif)
		return -1;
	if (ev->kind == EV_TX || ev->kind == EV_RX)
		return pkt->lin_off;
	if (ev->kind != EV_DROP)
		return -1;
	return pkt->l2_off < pkt->lin_off ? pkt->l2_off : pkt->lin_off;
}

static bool copy_frame(struct trace_log *log, struct log_event *to,
		       const struct event *ev)
{
	int start = frame_start(ev);
	const struct pkt *pkt = ev->pkt;
	uint8_t *frame;
	size_t len;

	if (log->depth == LOG_NO_FRAMES || start < 0)
		return true;
	len = pkt->lin_off - (size_t)start + pkt->len;
	frame = log_take(log, len + FRAME_COPY_MORE);
	if (!frame)
		return false;
	to->frame_len =
		(uint32_t)frame_copy(pkt, (size_t)start, frame, &to->link);
	to->frame = to->frame_len ? frame : NULL;
	return true;
}

/* "tcp" of "tcp.syn". */
static const char *proto_of(struct trace_log *log, enum reason what)
{
	const char *name = reason_name(what);
	size_t len = strcspn(name, ".");
	char *p = log_take(log, len + 1);

	if (!p)
		return NULL;
	memcpy(p, name, len);
	p[len] = '\0';
	return p;
}

static bool copy_event(struct trace_log *log, struct log_event *to,
		       const struct event *ev)
{
	*to = (struct log_event){
		.n = log->count + 1,
		.cause = ev->cause,
		.t_ns = log->env->now_ns,
		.kind = ev->kind,
		.what = ev->what,
		.host = log_take_text(log, ev->place->name),
		.proto = proto_of(log, ev->what),
	};
	if (ev->netif)
		to->netif = log_take_text(log, ev->netif->name);
	return to->host && to->proto && (!ev->netif || to->netif) &&
	       copy_fields(log, to, ev->fields) && copy_frame(log, to, ev);
}

static uint32_t on_event(void *arg, const struct event *ev)
{
	struct trace_log *log = arg;
	struct log_event *to;

	check(ev->cause <= log->count);
	if (log->is_full)
		return 0;
	to = log_room(log);
	if (!to || !copy_event(log, to, ev) || !log_count_in(log, to)) {
		log->is_full = true;
		return 0;
	}
	return log->count;
}

void trace_log_attach(struct trace_log *log, struct env *env)
{
	check(!env->probe);
	log->env = env;
	env->probe = on_event;
	env->probe_arg = log;
}

void trace_log_detach(struct trace_log *log)
{
	if (!log->env)
		return;
	log->env->probe = NULL;
	log->env->probe_arg = NULL;
	log->env = NULL;
}

struct mem *trace_log_mem(const struct trace_log *log)
{
	return log->mem;
}

uint32_t trace_log_count(const struct trace_log *log)
{
	return log->count;
}

uint32_t trace_log_forgotten(const struct trace_log *log)
{
	return log->forgotten;
}

bool trace_log_is_full(const struct trace_log *log)
{
	return log->is_full;
}

const struct log_event *trace_log_get(const struct trace_log *log, uint32_t n)
{
	return log_at(log, n);
}

static const struct log_field *field(const struct log_event *ev,
				     const char *key)
{
	uint16_t i;

	for (i = 0; i < ev->field_count; i++)
		if (!strcmp(ev->fields[i].key, key))
			return &ev->fields[i];
	return NULL;
}

const char *log_text(const struct log_event *ev, const char *key)
{
	const struct log_field *f = field(ev, key);

	return f && f->type == LOG_TEXT ? f->text : NULL;
}

int64_t log_num(const struct log_event *ev, const char *key, int64_t otherwise)
{
	const struct log_field *f = field(ev, key);

	return f && f->type == LOG_NUM ? f->num : otherwise;
}

bool log_has(const struct log_event *ev, const char *key)
{
	return field(ev, key) != NULL;
}

bool trace_log_follows(const struct trace_log *log, uint32_t n, uint32_t by)
{
	const struct log_event *ev = trace_log_get(log, n);

	while (ev && ev->cause > by)
		ev = trace_log_get(log, ev->cause);
	return ev && ev->cause == by && by != 0;
}

uint32_t trace_log_next_child(const struct trace_log *log, uint32_t by,
			      uint32_t n)
{
	const struct log_event *ev = log_at(log, n);

	if (!ev)
		return 0;
	check(n == by || ev->cause == by);
	return n == by ? ev->first_child : ev->next_sibling;
}
