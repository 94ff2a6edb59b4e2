/* SPDX-License-Identifier: MIT */
#ifndef LAB_FILE_H
#define LAB_FILE_H

/*
 * file.h - the files that a lab file names: pages, zones
 *
 * They lie beside the lab file, or, for the lab that is part of the program,
 * in the program.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/mem.h"
#include "base/strbuf.h"

#include "apps/http_source.h"

struct lab;

/* A file that is part of the program. */
struct lab_file {
	const char *name;	   /* relative to labs/; NULL ends the table */
	const unsigned char *data; /* followed by a NUL that is not counted */
	size_t len;
};

extern const struct lab_file lab_default_files[];

/* The one of that name, or NULL. */
const struct lab_file *lab_default_file(const char *name);

/**
 * lab_read_file() - Read a file that the lab names
 * @lab:	Whose
 * @name:	As written there: relative to the lab file
 * @out:	Appended to
 *
 * Return: 0, -EISDIR, -EFBIG or another -errno
 */
int lab_read_file(const struct lab *lab, const char *name, struct strbuf *out);

#define LAB_PATH 4096

/**
 * lab_file_path() - Where a file that the lab names lies
 * @name:	As written there: relative to the lab file
 * @path:	Gets its path
 *
 * Return: 0, -ENAMETOOLONG, or -ENOENT: the lab is part of the program, where
 * nothing has a path
 */
int lab_file_path(const struct lab *lab, const char *name, char path[LAB_PATH]);

/* Can it be read?  0 or -errno. */
int lab_file_check(const struct lab *lab, const char *name);

/**
 * lab_site_new() - The pages of a directory that the lab names
 * @lab:	Whose; must outlive it
 * @dir:	As written there
 * @mem:	Where files that are open are kept
 *
 * A file is read when it is opened.  Its date is that of the lab's clock at
 * the start, not that of the disk, so that two runs answer the same.
 *
 * Return: the source, which goes with lab_site_free(), or NULL (no memory)
 */
struct http_source *lab_site_new(const struct lab *lab, const char *dir,
				 struct mem *mem);
void lab_site_free(struct http_source *source); /* NULL is fine */

#endif /* LAB_FILE_H */
