/* SPDX-License-Identifier: MIT */
#ifndef APPS_HTTP_SOURCE_H
#define APPS_HTTP_SOURCE_H

/*
 * http_source.h - where a server's files come from
 *
 * The server knows no file system.  A source finds a file by its path, says
 * how large it is and when it changed, and reads any part of it; the files
 * may lie on a disk, in an archive, or in memory.
 *
 * A path is relative to the source's root, has no slash in front, and is safe
 * to use: no empty part, no "." or "..", no backslash, no control character,
 * valid UTF-8.  "" is the root itself.
 */

#include <stddef.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mem.h"

struct http_source;

/**
 * struct http_file - an open file
 * @source:	Where it comes from
 * @priv:	The source's own
 * @size:	Octets
 * @mtime_s:	When it last changed, a date (http_date.h)
 * @tag:	Another number whenever the content is another
 */
struct http_file {
	struct http_source *source;
	void *priv;
	uint64_t size;
	int64_t mtime_s;
	uint64_t tag;
};

/**
 * struct http_source_ops - what a source does
 * @open:	(required) 0, -ENOENT, -EISDIR, -EACCES, -ENOMEM, -EIO
 * @read:	(required) Octets read, as many as asked for unless the file
 *		ends; 0 at the end; -EIO
 * @close:	(required)
 */
struct http_source_ops {
	int (*open)(struct http_source *s, const char *path,
		    struct http_file *file);
	long (*read)(struct http_file *file, uint64_t off, void *buf,
		     size_t len);
	void (*close)(struct http_file *file);
};

struct http_source {
	const struct http_source_ops *ops;
};

/**
 * struct http_mem - files in memory
 * @source:	What a server is given
 * @mem:	Where copies come from
 * @files:	All of them
 */
struct http_mem {
	struct http_source source;
	struct mem *mem;
	struct list files;
};

void http_mem_init(struct http_mem *m, struct mem *mem);
void http_mem_fini(struct http_mem *m); /* no file may be open any more */

/**
 * http_mem_set() - Add a file, or give it another content
 * @path:	As above, copied
 * @octets:	Copied
 * @mtime_s:	When it changed
 *
 * Who has the old content open goes on reading it.
 *
 * Return: 0, -ENOMEM
 */
int http_mem_set(struct http_mem *m, const char *path, const void *octets,
		 size_t len, int64_t mtime_s);

/* 0, -ENOENT. */
int http_mem_del(struct http_mem *m, const char *path);

/* "text/html; charset=utf-8" for "index.html": by the path's ending. */
const char *http_type_of_path(const char *path);

#endif /* APPS_HTTP_SOURCE_H */
