/* SPDX-License-Identifier: MIT */
#ifndef LAB_LAB_H
#define LAB_LAB_H

/*
 * lab.h - a lab: a file that describes a network, what happens on it, and
 * what must come of it
 *
 *	text -> tree -> spec -> checked and expanded spec -> running world
 *	     yaml.c  schema_read.c    expand.c           build.c
 */

#include "base/mem.h"
#include "base/strbuf.h"

#include "lab/arena.h"
#include "lab/diag.h"
#include "lab/spec.h"
#include "lab/topo.h"

/**
 * struct lab - a lab that has been read
 * @arena:	All of its memory
 * @diag:	What is wrong with it
 * @spec:	What it says, everything left out filled in
 * @topo:	How it hangs together
 * @dir:	Directory of the file, for names of files in it; "" or "x/"
 */
struct lab {
	struct arena arena;
	struct diag diag;
	struct lab_spec spec;
	struct topo topo;
	const char *dir;
};

/**
 * lab_load() - Read, check and expand the text of a lab file
 * @lab:	Filled in; goes with lab_fini() whatever is returned
 * @mem:	Where its memory comes from
 * @file:	Name of the file, for messages and as a default name
 * @text:	The text, @len octets; lent for as long as @lab lives
 *
 * Return: 0, -EINVAL (lab->diag says what is wrong), -ENOMEM
 */
int lab_load(struct lab *lab, struct mem *mem, const char *file,
	     const char *text, size_t len);

/* The same for a file.  -errno also if it cannot be read. */
int lab_load_file(struct lab *lab, struct mem *mem, const char *file);

void lab_fini(struct lab *lab);

/* Append the whole lab, everything filled in, as a lab file. */
void lab_show(const struct lab *lab, struct strbuf *out);

#endif /* LAB_LAB_H */
