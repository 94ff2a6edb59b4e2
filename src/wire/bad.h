/* SPDX-License-Identifier: MIT */
#ifndef WIRE_BAD_H
#define WIRE_BAD_H

/*
 * bad.h - what can be wrong with a header
 *
 * Parsers return one of these when they refuse, so that the caller can count
 * the drop under its own name.  Each is also a negative errno value.
 */

#include <errno.h>

enum wire_bad {
	WIRE_SHORT = -ENODATA,		 /* fewer octets than the header has */
	WIRE_VERSION = -EPROTONOSUPPORT, /* a version or kind not ours */
	WIRE_HLEN = -EBADMSG,		 /* header length impossible */
	WIRE_LEN = -EMSGSIZE,		 /* length field against the facts */
	WIRE_CSUM = -EILSEQ,		 /* checksum wrong */
	WIRE_FIELD = -EINVAL,		 /* some other field impossible */
};

/**
 * wire_bad_name() - A word for a refusal
 * @err:	What a parser returned
 *
 * Return: "short", "version", "hlen", "len", "csum", "field"; "bad" for
 * anything else
 */
const char *wire_bad_name(int err);

#endif /* WIRE_BAD_H */
