// SPDX-License-Identifier: MIT
/*
 * node_apps.c - the programs that run on a node
 *
 * Theory of operation
 * ===================
 * A node with programs has one loop, and the programs run in it.  They are
 * started when the node is switched on and stopped before it goes off, in the
 * opposite order; a node that starts again starts them from nothing, with
 * empty caches.
 */
#include <errno.h>

#include "apps/http_server.h"
#include "lab/file.h"
#include "lab/run_int.h"
#include "reactor/reactor.h"

enum { HTTP_PORT = 80 };

/**
 * struct node_apps - what runs on a node; what does not is NULL
 * @loop:	Where they run
 * @site:	Pages of @http
 * @http:	`serve: {http: ...}`
 */
struct node_apps {
	struct loop *loop;
	struct http_source *site;
	struct http_server *http;
};

static struct mem *apps_mem(const struct run_node *n)
{
	return n->run->arena.mem;
}

static int start_http(struct run_node *n, struct node_apps *a)
{
	struct http_server_config cfg = {.local = {.port = HTTP_PORT}};

	if (!n->spec->serve.http.s)
		return 0;
	a->site = lab_site_new(n->run->lab, n->spec->serve.http.s, apps_mem(n));
	if (!a->site)
		return -ENOMEM;
	cfg.source = a->site;
	return http_server_start(a->loop, &cfg, &a->http);
}

/* Has the node anything to run? */
static bool has_programs(const struct lab_node *spec)
{
	return spec->serve.http.s;
}

int node_apps_start(struct run_node *n)
{
	struct node_apps *a;
	int err;

	if (!has_programs(n->spec))
		return 0;
	a = n->apps = mem_alloc(apps_mem(n), sizeof(*a));
	if (!a)
		return -ENOMEM;
	err = loop_new(&n->host->stack, &a->loop);
	if (!err)
		err = start_http(n, a);
	if (err)
		node_apps_stop(n);
	return err;
}

void node_apps_stop(struct run_node *n)
{
	struct node_apps *a = n->apps;

	if (!a)
		return;
	http_server_stop(a->http);
	if (a->loop)
		loop_free(a->loop);
	lab_site_free(a->site);
	mem_free(apps_mem(n), a, sizeof(*a));
	n->apps = NULL;
}

int node_visit(struct run_line *line)
{
	(void)line;
	return -EOPNOTSUPP;
}
