// SPDX-License-Identifier: MIT
/*
 * lab.c - from the text of a lab file to a lab, and back
 */
#include "lab/lab.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"

#include "lab/expand.h"
#include "lab/file.h"
#include "lab/repeat.h"
#include "lab/schema.h"
#include "lab/tree.h"

#define LAB_DEFAULT "url-journey.yaml"
#define LAB_WAY_OUT "way-out.yaml"

/* "labs/" of "labs/x.yaml"; "" of "x.yaml". */
static const char *dir_of(struct arena *a, const char *file)
{
	const char *slash = strrchr(file, '/');

	return arena_text(a, file, slash ? (size_t)(slash - file) + 1 : 0);
}

static void lab_parse(struct lab *lab, struct mem *mem)
{
	struct tree *root = tree_read(&lab->diag);

	if (!root)
		return;
	repeat_expand(&lab->diag, root);
	schema_read(&lab->diag, &schema_lab, root, &lab->spec);
	if (!arena_is_out(&lab->arena))
		expand(lab, mem);
}

static int lab_parse_all(struct lab *lab, struct mem *mem)
{
	lab->dir = dir_of(&lab->arena, lab->diag.file);
	lab_parse(lab, mem);
	if (arena_is_out(&lab->arena))
		return -ENOMEM;
	return lab->diag.count ? -EINVAL : 0;
}

static int lab_load_text(struct lab *lab, struct mem *mem, const char *file,
			 const char *text, size_t len)
{
	arena_init(&lab->arena, mem);
	diag_init(&lab->diag, &lab->arena, file, text, len);
	return lab_parse_all(lab, mem);
}

int lab_load(struct lab *lab, struct mem *mem, const char *file,
	     const char *text, size_t len)
{
	*lab = (struct lab){.dir = ""};
	return lab_load_text(lab, mem, file, text, len);
}

/* All of a file into the arena; 0 or -errno. */
static int file_read(struct arena *a, const char *file, char **text,
		     size_t *len)
{
	FILE *f = fopen(file, "rb");
	struct strbuf sb;
	char chunk[4096];
	size_t n;
	int error = 0;

	if (!f)
		return -errno;
	strbuf_init(&sb, a->mem);
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0 &&
	       sb.len <= TREE_OCTETS_MAX)
		strbuf_add(&sb, chunk, n);
	if (ferror(f))
		error = errno ? -errno : -EIO;
	(void)fclose(f);
	*len = sb.len;
	*text = arena_text(a, strbuf_text(&sb), sb.len);
	if (!error && (sb.error || !*text))
		error = -ENOMEM;
	strbuf_fini(&sb);
	return error;
}

int lab_load_file(struct lab *lab, struct mem *mem, const char *file)
{
	char *text = NULL;
	size_t len = 0;
	int error;

	*lab = (struct lab){.dir = ""};
	arena_init(&lab->arena, mem);
	diag_init(&lab->diag, &lab->arena, file, "", 0);
	error = file_read(&lab->arena, file, &text, &len);
	if (error)
		return error;
	diag_init(&lab->diag, &lab->arena, file, text, len);
	return lab_parse_all(lab, mem);
}

/* A lab that is part of the program; as lab_load_text(). */
static int lab_load_own(struct lab *lab, struct mem *mem, const char *name)
{
	const struct lab_file *f = lab_default_file(name);

	check(f);
	*lab = (struct lab){.dir = "", .is_default = true};
	return lab_load_text(lab, mem, name, (const char *)f->data, f->len);
}

int lab_load_way_out(struct lab *lab, struct mem *mem, bool has_loopback)
{
	struct lab_node *node;
	int error = lab_load_own(lab, mem, LAB_WAY_OUT);

	node = lab->spec.nodes.items;
	for (size_t i = 0; i < lab->spec.nodes.count; i++)
		if (is_way_out(&node[i]))
			node[i].uplink.loopback.v = has_loopback;
	return error ? -ENOMEM : 0;
}

int lab_load_default(struct lab *lab, struct mem *mem)
{
	int error = lab_load_own(lab, mem, LAB_DEFAULT);

	lab->spec.script = (struct lab_seq){0};
	lab->spec.expect = (struct lab_seq){0};
	/* It is good, as tests know: if a library calls it bad, that had no
	 * memory and did not say so. */
	return error ? -ENOMEM : 0;
}

void lab_fini(struct lab *lab)
{
	topo_fini(&lab->topo);
	arena_fini(&lab->arena);
}

void lab_show(const struct lab *lab, struct strbuf *out)
{
	schema_print(&schema_lab, &lab->spec, out);
}
