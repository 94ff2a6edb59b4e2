// SPDX-License-Identifier: MIT
/*
 * log_forget.c - a log whose events stand in files does not need them in memory
 *
 * What goes: all events so far, with their frames.  What stays: the count, so
 * that numbers go on and causes still name the right lines of the file; and
 * the events that names are looked up in, copied.
 *
 * Invariant: an event up to log->forgotten is not in memory, one after it is.
 */
#include "base/check.h"

#include "trace/log_int.h"

/* One of the few that stay; @next until the table is filled again. */
struct kept {
	struct log_event ev;
	struct kept *next;
};

static bool copy_fields(struct trace_log *log, struct log_event *ev,
			const struct log_event *from)
{
	size_t size = from->field_count * sizeof(*from->fields);
	struct log_field *fields = log_take(log, size);

	if (!fields)
		return false;
	for (uint16_t i = 0; i < from->field_count; i++) {
		fields[i] = from->fields[i];
		if (fields[i].type == LOG_TEXT)
			fields[i].text = log_take_text(log, fields[i].text);
	}
	ev->fields = fields;
	return true;
}

/* A copy in the new arena; NULL: memory ran out, and a name is missing. */
static struct kept *copy(struct trace_log *log, const struct log_event *from)
{
	struct kept *k = log_take(log, sizeof(*k));

	if (!k)
		return NULL;
	*k = (struct kept){.ev = *from};
	k->ev.frame = NULL;
	k->ev.host = log_take_text(log, from->host);
	k->ev.proto = log_take_text(log, from->proto);
	k->ev.netif = NULL;
	return copy_fields(log, &k->ev, from) ? k : NULL;
}

/* Empty the table of names into a list in the order of their numbers; an event
 * stands in the table under several names. */
static struct kept *take_names(struct trace_log *log)
{
	struct kept *first = NULL;
	struct log_event *ev;

	while ((ev = htab_pop(&log->names))) {
		struct kept **at = &first, *k;

		while (*at && (*at)->ev.n < ev->n)
			at = &(*at)->next;
		if (*at && (*at)->ev.n == ev->n)
			continue;
		k = copy(log, ev);
		if (!k)
			continue;
		k->next = *at;
		*at = k;
	}
	return first;
}

static void free_pieces(struct trace_log *log, struct arena_piece *piece)
{
	while (piece) {
		struct arena_piece *next = piece->next;

		mem_free(log->mem, piece, sizeof(*piece) + piece->size);
		piece = next;
	}
}

void trace_log_forget(struct trace_log *log)
{
	struct arena_piece *old = log->arena;
	bool are_complete = log->are_names_complete;
	struct kept *names;

	log->arena = NULL;
	names = take_names(log);
	while (htab_pop(&log->hosts))
		;
	free_pieces(log, old);
	log->are_names_complete = false;
	for (; names; names = names->next)
		names_add(log, &names->ev);
	log->are_names_complete = are_complete;
	for (size_t i = 0; i < log->block_count; i++) {
		if (log->blocks[i] && i + 1 < log->block_count)
			mem_free(log->mem, log->blocks[i],
				 EVENTS_PER_BLOCK * sizeof(struct log_event));
		if (i + 1 < log->block_count)
			log->blocks[i] = NULL;
	}
	log->forgotten = log->count;
}
