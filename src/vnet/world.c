// SPDX-License-Identifier: MIT
/*
 * world.c - the clock, and who acts next
 *
 * Theory of operation
 * ===================
 * The world takes the first event out of the queue, sets the clock to its time
 * and runs it; that is all.  Everything that happens is an event of a stack (a
 * timer or put-off work), of a cable (a frame arrives, the wire is free), or a
 * line of a script.
 *
 * A blocking call of a program is world_run_wait() turned inside out: the call
 * runs events until its condition holds.  It may not be nested in an event,
 * because the event that is under way could then be overtaken by later ones
 * and would go on in a future it does not know; is_running refuses that.
 */

#include <errno.h>
#include <string.h>

#include "base/check.h"

#include "vnet/vnet_int.h"

/**
 * struct script_line - a function to call at a time
 * @list:	In the world
 * @event:	When
 * @world:	Where
 * @fn:		What
 * @arg:	Its argument
 */
struct script_line {
	struct list list;
	struct sched_event event;
	struct world *world;
	void (*fn)(void *arg);
	void *arg;
};

struct world *world_new(struct mem *mem, uint64_t seed)
{
	struct world *w = mem_alloc(mem, sizeof(*w));

	if (!w)
		return NULL;
	env_init(&w->env, mem);
	w->seed = seed;
	sched_init(&w->sched, mem);
	w->place.env = &w->env;
	w->place.name = "lab";
	list_init(&w->nodes);
	htab_init(&w->names, mem, 0);
	list_init(&w->cables);
	list_init(&w->lines);
	return w;
}

static void line_free(struct script_line *line)
{
	struct world *w = line->world;

	list_del(&line->list);
	sched_del(&w->sched, &line->event);
	mem_free(w->env.mem, line, sizeof(*line));
}

size_t world_free(struct world *w)
{
	struct mem *mem = w->env.mem;
	struct script_line *line;
	struct node *node;
	struct list *pos;
	size_t leaked;

	check(!w->is_running);
	/* Programs go while everything they may look at is still there. */
	list_for_each(pos, &w->nodes) {
		struct host *h = host_of(list_entry(pos, struct node, list));

		if (h)
			host_kill(h);
	}
	while ((line = list_first_entry(&w->lines, struct script_line, list)))
		line_free(line);
	while (!list_is_empty(&w->cables))
		cable_free(list_first_entry(&w->cables, struct cable, list));
	while ((node = list_first_entry(&w->nodes, struct node, list)))
		node->ops->free(node);
	htab_fini(&w->names);
	sched_fini(&w->sched);
	leaked = env_fini(&w->env);
	mem_free(mem, w, sizeof(*w));
	return leaked;
}

struct env *world_env(struct world *w)
{
	return &w->env;
}

uint64_t world_now(const struct world *w)
{
	return w->env.now_ns;
}

uint64_t world_seed(const struct world *w)
{
	return w->seed;
}

struct place *world_place(struct world *w)
{
	return &w->place;
}

uint64_t world_next(const struct world *w)
{
	return sched_next(&w->sched);
}

struct list *world_nodes(struct world *w)
{
	return &w->nodes;
}

struct list *world_cables(struct world *w)
{
	return &w->cables;
}

uint64_t world_event_count(const struct world *w)
{
	return w->event_count;
}

/* Time never runs backwards, even for an event armed in the past. */
static void set_time(struct world *w, uint64_t t_ns)
{
	w->env.now_ns = max_u64(w->env.now_ns, t_ns);
}

/* Let the first event happen, if it is due at @until_ns at the latest. */
static inline bool run_first_event(struct world *w, uint64_t until_ns)
{
	struct sched_event *ev = sched_begin(&w->sched, until_ns);

	if (!ev)
		return false;
	set_time(w, ev->at_ns);
	w->env.cause = 0;
	w->event_count++;
	w->is_running = true;
	ev->fn(ev, ev->arg);
	sched_end(&w->sched);
	w->is_running = false;
	w->env.cause = 0;
	return true;
}

int world_run_until(struct world *w, uint64_t t_ns)
{
	if (w->is_running)
		return -EDEADLK;
	while (run_first_event(w, t_ns))
		;
	set_time(w, t_ns);
	return 0;
}

int world_run_idle(struct world *w, uint64_t limit_ns)
{
	if (w->is_running)
		return -EDEADLK;
	while (run_first_event(w, limit_ns))
		;
	if (sched_is_empty(&w->sched))
		return 0;
	set_time(w, limit_ns);
	return -ETIMEDOUT;
}

/* In virtual time. */
static int jump_wait(struct world *w, bool (*is_done)(void *arg), void *arg,
		     uint64_t until_ns)
{
	int err = 0;

	while (!err && !is_done(arg)) {
		if (run_first_event(w, until_ns))
			continue;
		err = until_ns == UINT64_MAX ? -EDEADLK : -ETIMEDOUT;
		if (err == -ETIMEDOUT)
			set_time(w, until_ns);
	}
	return err;
}

int world_run_wait(struct world *w, bool (*is_done)(void *arg), void *arg,
		   uint64_t until_ns)
{
	uint32_t outer = w->env.cause;
	int err;

	if (w->is_running)
		return -EDEADLK;
	if (w->wait)
		err = w->wait(w->wait_arg, is_done, arg, until_ns);
	else
		err = jump_wait(w, is_done, arg, until_ns);
	w->env.cause = outer;
	return err;
}

int world_run_sleep(struct world *w, struct sleep *s, uint64_t until_ns)
{
	uint32_t outer = w->env.cause;
	int err;

	if (!w->sleep || w->is_running)
		return world_run_wait(w, sleep_is_woken, s, until_ns);
	err = w->sleep(w->sleep_arg, s, until_ns);
	w->env.cause = outer;
	return err;
}

void world_set_sleeper(struct world *w, world_sleep_fn *fn, void *arg)
{
	w->sleep = fn;
	w->sleep_arg = arg;
}

void world_set_waiter(struct world *w, world_wait_fn *fn, void *arg)
{
	w->wait = fn;
	w->wait_arg = arg;
}

void world_set_entropy(struct world *w, struct entropy entropy)
{
	w->entropy = entropy;
}

static void on_line(struct sched_event *ev, void *arg)
{
	struct script_line *line = arg;
	void (*fn)(void *) = line->fn;
	void *fn_arg = line->arg;

	(void)ev;
	line_free(line);
	fn(fn_arg);
}

int world_at(struct world *w, uint64_t t_ns, void (*fn)(void *arg), void *arg)
{
	struct script_line *line = mem_alloc(w->env.mem, sizeof(*line));

	if (!line)
		return -ENOMEM;
	if (sched_add(&w->sched, &line->event, 0, ++w->line_count)) {
		mem_free(w->env.mem, line, sizeof(*line));
		return -ENOMEM;
	}
	line->event.fn = on_line;
	line->event.arg = line;
	line->world = w;
	line->fn = fn;
	line->arg = arg;
	list_add_tail(&w->lines, &line->list);
	sched_arm(&w->sched, &line->event, max_u64(t_ns, w->env.now_ns));
	return 0;
}
