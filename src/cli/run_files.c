// SPDX-License-Identifier: MIT
/*
 * run_files.c - what a run of a lab leaves on disk
 *
 * The same lab, seed and command write the same octets.
 */
#include "cli/run_files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "trace/capture.h"
#include "trace/steps.h"
#include "vnet/vnet.h"

enum { SMALL_LAB = 16, PATH_ROOM = 4096, LOG_PART = 256 * 1024 };

/* For the labels of captures: in which step of which visit an event stands. */
struct labels {
	const struct trace_log *log;
	struct visit_view visit;
	unsigned int number;
	bool has_visit;
};

void run_log_text(struct lab_run *run, struct strbuf *out)
{
	const struct trace_log *log = lab_run_log(run);

	for (uint32_t n = 1; n <= trace_log_count(log); n++)
		trace_log_line(log, trace_log_get(log, n), out);
}

/* Is the host named by the script, or does it serve? */
static bool is_of_interest(const struct lab *lab, const struct lab_node *node)
{
	const struct lab_line *line = lab->spec.script.items;

	if (topo_is_switch(node))
		return false;
	if (lab->spec.nodes.count <= SMALL_LAB || node->serve.item.is_set)
		return true;
	for (size_t i = 0; i < lab->spec.script.count; i++)
		if ((line[i].on.s &&
		     !strcmp(line[i].on.s, node->item.name.s)) ||
		    (line[i].ping.s &&
		     !strcmp(line[i].ping.s, node->item.name.s)))
			return true;
	return false;
}

/* "step 6 TCP", of the visit that the event belongs to. */
static void label(void *arg, uint32_t n, struct strbuf *out)
{
	struct labels *l = arg;
	size_t step;

	while (l->has_visit && n > l->visit.last) {
		struct visit_view next;

		if (!visit_find(&next, l->log, l->number + 1))
			break;
		l->visit = next;
		l->number++;
	}
	if (!l->has_visit)
		return;
	step = visit_step_of(&l->visit, n);
	if (step)
		strbuf_printf(out, "step %zu %s", step,
			      step_kind_name(l->visit.steps[step - 1].kind));
}

/* Does what is in memory go on with what the files have? */
static bool is_more(struct lab_run *run)
{
	return trace_log_forgotten(lab_run_log(run)) > 0;
}

static int append(const char *path, const struct strbuf *text)
{
	FILE *f = fopen(path, "abe");
	int err = 0;

	if (!f)
		return -errno;
	errno = 0;
	if (fwrite(text->text, 1, text->len, f) != text->len)
		err = errno ? -errno : -EIO;
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

/* An earlier run may have left one, and a later part would go on with it. */
static void remove_old(struct lab_run *run, const char *dir, const char *name)
{
	char path[PATH_ROOM];

	if (!is_more(run) && snprintf(path, sizeof(path), "%s/%s", dir, name) <
				     (int)sizeof(path))
		(void)remove(path);
}

static int write_one(struct lab_run *run, const char *dir, const char *name,
		     const struct strbuf *text, struct strbuf *names)
{
	char path[PATH_ROOM];

	strbuf_printf(names, "%s%s", names->len ? "  " : "", name);
	if (text->error)
		return text->error;
	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >=
	    (int)sizeof(path))
		return -ENAMETOOLONG;
	if (is_more(run))
		return append(path, text);
	return cli_write_file(path, text->text, text->len);
}

/* @netif NULL: the only one of the node. */
static int write_capture(struct lab_run *run, const char *dir,
			 struct capture *c, const char *netif,
			 struct strbuf *names)
{
	const struct lab *lab = lab_run_lab(run);
	struct labels *first = c->arg;
	struct labels labels = *first;
	struct strbuf out;
	char name[256];
	int err = 0;

	c->netif = netif;
	c->arg = &labels;
	strbuf_init(&out, lab->arena.mem);
	(void)snprintf(name, sizeof(name), "%s.%s%s%s.pcapng", lab->spec.name.s,
		       c->host, netif ? "." : "", netif ? netif : "");
	if (capture_write(c, &out))
		err = write_one(run, dir, name, &out, names);
	else
		remove_old(run, dir, name);
	c->arg = first;
	strbuf_fini(&out);
	return err;
}

/* One file for each interface. */
static int write_captures(struct lab_run *run, const char *dir,
			  const struct lab_node *node, struct capture *c,
			  struct strbuf *names)
{
	const struct lab_iface *iface = node->interfaces.items;
	size_t i, count = node->interfaces.count;
	int err = 0;

	c->host = node->item.name.s;
	if (count == 1)
		return write_capture(run, dir, c, NULL, names);
	for (i = 0; i < count && !err; i++)
		if (!iface[i].vlan.is_set) /* seen where it stands on */
			err = write_capture(run, dir, c, iface[i].item.name.s,
					    names);
	return err;
}

/* The log can be much larger than a capture, so it goes out in parts. */
static int write_lines(const struct trace_log *log, FILE *f, struct mem *mem)
{
	struct strbuf out;
	int err = 0;

	strbuf_init(&out, mem);
	for (uint32_t n = trace_log_forgotten(log) + 1;
	     n <= trace_log_count(log) && !err; n++) {
		trace_log_line(log, trace_log_get(log, n), &out);
		if (out.len < LOG_PART && n < trace_log_count(log))
			continue;
		err = out.error;
		errno = 0;
		if (!err && fwrite(strbuf_text(&out), 1, out.len, f) != out.len)
			err = errno ? -errno : -EIO;
		strbuf_clear(&out);
	}
	strbuf_fini(&out);
	return err;
}

static int write_log(struct lab_run *run, const char *dir, struct strbuf *names)
{
	const struct lab *lab = lab_run_lab(run);
	char path[PATH_ROOM];
	FILE *f;
	int err;

	strbuf_printf(names, "%s.jsonl", lab->spec.name.s);
	if (snprintf(path, sizeof(path), "%s/%s.jsonl", dir,
		     lab->spec.name.s) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	f = fopen(path, is_more(run) ? "abe" : "wbe");
	if (!f)
		return -errno;
	err = write_lines(lab_run_log(run), f, lab->arena.mem);
	if (fclose(f) && !err)
		err = -errno;
	return err;
}

int run_write_files(struct lab_run *run, const char *dir, const char *command,
		    struct strbuf *names)
{
	const struct lab *lab = lab_run_lab(run);
	const struct lab_node *node = lab->spec.nodes.items;
	char comment[256];
	struct labels labels = {.log = lab_run_log(run), .number = 1};
	struct capture c = {
		.log = labels.log,
		.comment = comment,
		.label = label,
		.arg = &labels,
	};
	int err = cli_make_dirs(dir);

	if (err) {
		strbuf_puts(names, dir);
		return err;
	}
	(void)snprintf(comment, sizeof(comment), "%s; lab %s, seed %llu",
		       command, lab->spec.name.s,
		       (unsigned long long)world_seed(lab_run_world(run)));
	/* A visit is told of if it is in memory as a whole. */
	labels.has_visit =
		!is_more(run) && visit_find(&labels.visit, labels.log, 1);
	err = write_log(run, dir, names);
	for (size_t i = 0; i < lab->spec.nodes.count && !err; i++)
		if (is_of_interest(lab, &node[i]))
			err = write_captures(run, dir, &node[i], &c, names);
	return err;
}
