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

#include "base/arena.h"
#include "base/mem.h"
#include "base/strbuf.h"

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
 * @is_default:	The files it names are part of the program
 */
struct lab {
	struct arena arena;
	struct diag diag;
	struct lab_spec spec;
	struct topo topo;
	const char *dir;
	bool is_default;
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

/**
 * lab_load_default() - The lab that is part of the program: a URL's journey
 *
 * Its network and nothing else: no script, no expectations.  The files that it
 * names are part of the program too.
 *
 * Return: 0 or -ENOMEM
 */
int lab_load_default(struct lab *lab, struct mem *mem);

/* The same for labs/way-out.yaml: one host and a way to what this machine
 * reaches; with @has_loopback to this machine itself as well. */
int lab_load_way_out(struct lab *lab, struct mem *mem, bool has_loopback);

/**
 * lab_add_visit() - One more line for the script
 * @lab:	Loaded
 * @at_ns:	When
 * @on:		Who: a host
 * @url:	What is typed; it need not be a URL
 * @over:	Only with this version of IP
 *
 * Return: 0, -ENOENT (no such node), -EINVAL (it is no host), -EAFNOSUPPORT (it
 *	has no IPv6 address), -ENOMEM
 */
int lab_add_visit(struct lab *lab, uint64_t at_ns, const char *on,
		  const char *url, enum lab_over over);

/**
 * struct lab_asking - a line that pings, or looks for the way
 * @to:		A node, or an address
 * @over:	With which version of IP
 * @is_trace:	Find the way; what follows is not used then
 * @count:	Requests
 * @size:	Octets in each
 * @every_ns:	Time between two
 */
struct lab_asking {
	const char *to;
	enum lab_over over;
	bool is_trace;
	uint64_t count, size, every_ns;
};

/**
 * lab_add_asking() - Somebody pings somebody
 * @at_ns:	When
 * @on:		Who: a host
 *
 * Return: 0, -ENOENT (no such node), -EINVAL (it is no host; or @lab->diag says
 *	what is wrong), -EAFNOSUPPORT (it has no IPv6 address), -ENOMEM
 */
int lab_add_asking(struct lab *lab, uint64_t at_ns, const char *on,
		   const struct lab_asking *how);

/**
 * lab_add_fault() - Something breaks
 * @lab:	Loaded
 * @at_ns:	When, unless @what has `from`
 * @what:	As a fault of a lab file, "link: a -- b, down: 2s"; the braces
 *		may be left out
 *
 * Return: 0, -EINVAL (@lab->diag says what is wrong with @what), -ENOMEM
 */
int lab_add_fault(struct lab *lab, uint64_t at_ns, const char *what);

void lab_fini(struct lab *lab);

/* Append the whole lab, everything filled in, as a lab file. */
void lab_show(const struct lab *lab, struct strbuf *out);

#endif /* LAB_LAB_H */
